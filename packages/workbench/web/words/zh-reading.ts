import type { enReading } from './en-reading.js'

/** The same in Chinese. */
export const zhReading: typeof enReading = {
  flagIncomplete: '不完整',
  flagIncompleteWhy: '未构成完整消息：连接已先关闭，或有字节缺失',
  flagBroken: '格式错误',
  flagBrokenWhy: '不符合分帧规则，按收到的原样显示',
  deletedEvent: '日志已达上限，此行已随最早的记录删除',
  removedSession: '（已移除）',
  only: '只看',
  onlyConnection: (number) => `只看 #${number}`,
  onlyConnectionHint: '列表中只显示此连接的行，或重新显示全部（c）',
  chooseHint: '发送的内容会发给勾选的连接；未勾选时发给全部',
  endedConnections: '已结束',
  connectionsOfLog: '此日志中',
  lasted: '持续时间',
  order: '排序',
  orderNewest: '最新在前',
  orderBytes: '字节最多在前',
  orderLongest: '最久在前',
  withoutSame: (what) => `不含 ${what}`,
  encoding: '编码',
  encodingHelp: '本会话文本的显示、查找和发送所用的编码',
  earlierBytes: '前一段',
  laterBytes: '后一段',
  bytesOf: (from, to, all) => `${from} 至 ${to}，共 ${all}`,
}
