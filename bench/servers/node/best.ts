import { answerLines } from './answer-lines.js'
import { serveNet } from './server.js'

serveNet(answerLines)
