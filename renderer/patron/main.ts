// The patron details window. Which patron it shows is main's to know.
import '../app/strict-csp.ts';
import '../design/base.css';
import { startWindow } from '../app/start.ts';
import PatronWindow from './PatronWindow.vue';

void startWindow(PatronWindow);
