import { connect } from 'hawser'
import tls from 'node:tls'
import fs from 'node:fs'
const port=+process.argv[2]
const opt={ca:fs.readFileSync('/tmp/t2c/f/ca.pem'),cert:fs.readFileSync('/tmp/t2c/f/eve.pem'),key:fs.readFileSync('/tmp/t2c/f/eve.pem')}
const mode=process.argv[3]
if(mode==='ours'){
 const c=await connect({port,host:'127.0.0.1'},{tls:opt})
 const t=Date.now()+30; while(Date.now()<t);
 await c.send('ahoy'); await c.end()
 console.log('ours',await c.closed.then(({error,...x})=>[x,error?.message]))
} else {
 const s=tls.connect({port,host:'127.0.0.1',...opt, allowHalfOpen:true},()=>{
  const t=Date.now()+30; while(Date.now()<t);
  s.write('ahoy'); if(mode==='empty') s.write('',e=>console.log('cb',e?.code)); setImmediate(()=>{console.log('ending',s.destroyed,s.writableLength, s.errored?.code); s.end()}) })
 for(const e of ['error','end','close','finish']) s.on(e,x=>console.log(mode,e,x?.code??x))
 s.resume()
}
