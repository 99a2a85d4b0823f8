// Entry of the page: one more client of the public API.

import { render } from 'preact'
import { App } from './app.tsx'
import { start } from './session.ts'
import './styles.css'

const root = document.getElementById('app')
if (root !== null) render(<App />, root)
void start()
