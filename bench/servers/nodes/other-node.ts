import { readCpu } from '../../support/measured.js'
import { type Kind, openNode } from './open-node.js'

// The second node of a pair: it is asked by the process of the first.
const [kind = '', broker = ''] = process.argv.slice(2)
const node = await openNode(kind as Kind, broker)
process.on('disconnect', () => process.exit(0))
process.on('message', (question) => process.send?.(question === 'cpu' ? readCpu() : node.count()))
process.send?.(node.port)
