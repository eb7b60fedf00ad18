import type { enProject } from './en-project.js'

/** 关于项目及其代码的中文文字。 */
export const zhProject: typeof enProject = {
  project: '项目',
  startAll: '全部启动',
  readAgain: '重新读取',
  readAgainHint: '重新读取文件夹中的文件',
  problems: '未读取的文件',
  saveToProject: '保存到项目',
  isSaved: '已保存',
  savedTo: (file) => `已保存到 ${file}`,
  removeTitle: (name) => `移除 ${name}？`,
  removeCloses: (count) => `将被关闭的连接：${count}`,
  removeKeeps:
    '会话将结束，其地址、选项和规则不再保留。已有的收发内容仍在日志中，可在“全部”下查看。',
  removeFileKeeps: '页面不再显示它，文件本身不变。',
  removeLeavesFile: '项目中的文件仍然保留：重新读取文件夹时会再次出现。',
  code: '代码',
  codeTrusted: '已信任',
  codeUntrusted: '未信任，不会运行',
  trust: '信任…',
  trustTitle: '信任此文件夹中的代码？',
  trustRights: '代码以你的全部权限运行：可以读取和修改你的文件、启动程序、使用网络。',
  trustRead: '请先阅读代码。responders/ 中的文件有变化时会再次询问。',
  trustImports: '代码从别处（例如 node_modules）加载的内容不在检查范围内。',
  trustNow: '信任此文件夹',
  script: '脚本',
  noScript: '无',
  scriptHint: '没有规则匹配的消息由代码决定。',
  scriptUntrusted: '信任文件夹之前不会运行。',
  scriptEvent: (script, act) => `脚本 ${script}：${act}`,
  actFailed: (why) => `失败：${why}`,
}
