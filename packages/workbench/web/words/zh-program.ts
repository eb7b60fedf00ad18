import type { enProgram } from './en-program.js'

/** The same in Chinese. */
export const zhProgram: typeof enProgram = {
  program: '程序',
  process: '进程',
  needsAllowRun: '只有用 --allow-run 启动工作台时，才能运行程序和观察进程。',
  programCommand: '命令',
  programFolder: '目录',
  programHttp2: '显示 HTTP/2 的帧，这会稍微改变程序的行为',
  programRuns: '程序在工作台所在的机器上运行，不经过 shell。停止会话会结束程序和它的子进程。',
  processNumber: '进程号',
  processWarning:
    '进程会收到 SIGUSR1。Node.js 随后打开调试端口约 50 毫秒，在这段时间里，那台机器上的任何用户（端口在其他地址时，任何能连到它的人）都能在进程中运行代码。如果程序自己处理 SIGUSR1，则执行它自己的处理函数，而不会被观察。',
  processSure: '发送这个信号',
  cannotSendProgram: '被观察的程序自己收发数据。要自己发送，请启动一个客户端。',
  cannotActProgram: '这个连接由程序自己掌握。要暂停、关闭或重置，请在前面放一个代理。',
  removeEndsProgram: '程序和它的子进程会被结束。',
  removeLeavesProcess: '进程继续运行，不再被观察。',
  guessed: '根据最初的字节',
}
