import { answerRequests } from '../support/answering.js'

/** Does nothing: it keeps a network namespace, which other programs are started in. */
answerRequests({})
