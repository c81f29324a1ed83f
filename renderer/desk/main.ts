// The desk window.
import '../app/strict-csp.ts';
import '../design/base.css';
import { startWindow } from '../app/start.ts';
import DeskWindow from './DeskWindow.vue';

void startWindow(DeskWindow);
