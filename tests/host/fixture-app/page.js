// Runs before the body is there: what it sees is what a page's first script can see.
window.seenFirst = { bridge: typeof window.fixture, require: typeof window.require };
