export { blockMagic } from './wire/layout.js'
