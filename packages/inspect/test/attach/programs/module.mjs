// The same as a module, which has no `require`.
import './asked.cjs'
