import type { enReading } from './en-reading.js'

/** The same in Chinese. */
export const zhReading: typeof enReading = {
  flagIncomplete: '不完整',
  flagIncompleteWhy: '未构成完整消息：连接已先关闭，或有字节缺失',
  flagBroken: '格式错误',
  flagBrokenWhy: '不符合分帧规则，按收到的原样显示',
  deletedEvent: '日志已达上限，此行已随最早的记录删除',
  encoding: '编码',
  encodingHelp: '本会话文本的显示、查找和发送所用的编码',
  earlierBytes: '前一段',
  laterBytes: '后一段',
  bytesOf: (from, to, all) => `${from} 至 ${to}，共 ${all}`,
}
