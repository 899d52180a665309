/** The page of the simulated switch: one file, no framework, nothing from the internet. */
export const PAGE = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>模拟交换</title>
<link rel="icon" href="data:,">
<style>
:root{--ink:#1d2733;--soft:#5b6877;--line:#e1e6ec;--ground:#f4f6f8;--card:#fff;--brand:#1f6fd6;--ok:#1a7f4b;--warn:#a15c00;--bad:#c0362c}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header{display:flex;gap:16px;align-items:center;padding:12px 20px;background:var(--card);border-bottom:1px solid var(--line);flex-wrap:wrap}h1{font-size:16px;margin:0}h2{font-size:14px;margin:0 0 10px}
main{display:grid;grid-template-columns:minmax(300px,360px) 1fr;gap:16px;padding:16px 20px;max-width:1500px;margin:0 auto}@media(max-width:900px){main{grid-template-columns:1fr}}
section{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:14px;min-width:0}section+section{margin-top:16px}
.tag{display:inline-block;padding:0 8px;border-radius:10px;font-size:12px;background:#eef1f5;color:var(--soft);white-space:nowrap}.tag.ok{background:#e3f4ea;color:var(--ok)}.tag.warn{background:#fdf0dc;color:var(--warn)}.tag.bad{background:#fbe5e3;color:var(--bad)}.tag.brand{background:#e4eefb;color:var(--brand)}
label{display:block;margin-bottom:8px;color:var(--soft);font-size:13px}input{width:100%;margin-top:2px;padding:6px 8px;border:1px solid var(--line);border-radius:4px;font:inherit;color:var(--ink)}
button{padding:4px 12px;border:1px solid var(--line);border-radius:4px;background:#fff;color:var(--ink);font:inherit;cursor:pointer}button:hover{border-color:var(--brand);color:var(--brand)}button.main{background:var(--brand);border-color:var(--brand);color:#fff}button.bad{color:var(--bad)}button:disabled{opacity:.4;cursor:default}
button:focus-visible,input:focus-visible{outline:2px solid var(--brand);outline-offset:1px}
.call{border:1px solid var(--line);border-radius:6px;padding:10px;margin-bottom:10px}.row{display:flex;gap:8px;align-items:center;flex-wrap:wrap}.row+.row{margin-top:8px}.grow{flex:1}.soft{color:var(--soft);font-size:13px}.num{font-variant-numeric:tabular-nums;font-weight:600}
.keys{display:flex;gap:4px;flex-wrap:wrap}.keys button{width:32px;padding:2px 0}.phones{display:grid;grid-template-columns:repeat(auto-fill,minmax(215px,1fr));gap:10px}.phone{border:1px solid var(--line);border-radius:6px;padding:8px}.phone.ringing{border-color:var(--warn);background:#fffaf2}.phone.talking{border-color:var(--ok)}.phone.held{border-color:var(--brand)}.empty{color:var(--soft);padding:16px 0;text-align:center}
#note{min-height:20px;color:var(--bad)}
</style></head><body>
<header><h1>模拟交换 <span id="node" class="soft"></span></h1><span id="lease" class="tag"></span><span id="ctl" class="tag"></span><span id="count" class="soft"></span><span class="grow"></span><span id="note" role="status"></span></header>
<main><div>
<section><h2>居民来电</h2><form id="place"><label>主叫号码<input name="from" value="13800138000" inputmode="tel" autocomplete="off"></label><label>拨打的热线<input name="to" inputmode="tel" autocomplete="off"></label><button class="main" type="submit">拨打</button></form></section>
<section><h2>外线通话</h2><div id="calls"></div></section>
</div><section><h2>座席话机</h2><div class="row" style="margin-bottom:10px"><label class="grow" style="margin:0"><span class="soft">只看分机</span><input id="filter" autocomplete="off"></label></div><div id="phones" class="phones"></div></section></main>
<script>
const $=(id)=>document.getElementById(id),names={offline:['未注册',''],idle:['空闲','ok'],ringing:['振铃','warn'],talking:['通话中','brand'],held:['已保持','warn']},states={RINGING:['振铃','warn'],EARLY:['早期媒体','warn'],ACTIVE:['已接通','ok'],HELD:['已保持','warn'],RING_WAIT:['等待应答','warn'],DOWN:['接入中',''],HANGUP:['已挂断','bad'],UNHELD:['恢复','ok']};
const esc=(v)=>String(v??'').replace(/[&<>"']/g,(c)=>'&#'+c.charCodeAt(0)+';');
const post=async(path,body)=>{const r=await fetch(path,{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify(body??{})});const j=await r.json();$('note').textContent=j.error??(j.ok===false?'当前状态下不能这样操作':'');if(!j.error)refresh()};
const span=(ms)=>{const s=Math.floor(ms/1000);return Math.floor(s/60)+':'+String(s%60).padStart(2,'0')};
const keys=(act)=>'<div class="keys">'+[...'123456789*0#'].map((k)=>'<button type="button" data-act="'+act+'" data-digit="'+k+'">'+k+'</button>').join('')+'</div>';
const doing=(c)=>c.application==='playback'?(c.applicationData.startsWith('local_stream')?'听等待音乐':c.applicationData.startsWith('silence')?'静音等待':'听提示音 '+c.applicationData.split('/').pop().replace('.wav','')):c.application==='play_and_get_digits'?'等待按键':c.bridgedTo?'与座席通话':c.application==='park'?'驻留':c.application==='bridge'?'站内寻线':'';
let last='';
const draw=(s)=>{$('node').textContent=s.node;$('lease').textContent=s.leaseAlive?'调度在线'+(s.leaseEpoch?'（第 '+s.leaseEpoch+' 期）':''):'调度离线，来电转站内';$('lease').className='tag '+(s.leaseAlive?'ok':'bad');$('ctl').textContent='事件连接 '+s.controllers;$('count').textContent='当前 '+s.legs+' 路，累计 '+s.callsEver+' 路';
const outside=s.channels.filter((c)=>c.outside);
const calls=outside.length?outside.map((c)=>{const st=c.bridgedTo?['通话中','brand']:states[c.state]??[c.state,''];const ring=c.direction==='outbound'&&!c.answered;return '<div class="call" data-uuid="'+c.uuid+'"><div class="row"><span class="num">'+esc(c.direction==='inbound'?c.number:c.initialDestination)+'</span><span class="soft">'+(c.direction==='inbound'?'→ '+esc(c.initialDestination):'被呼叫')+'</span><span class="grow"></span><span class="tag '+st[1]+'">'+st[0]+'</span></div><div class="row soft"><span>'+esc(doing(c))+'</span><span class="grow"></span>'+(c.recording.length?'<span class="tag bad">录音</span>':'')+'<span class="num" data-age="'+c.ageMs+'"></span></div><div class="row">'+(ring?'<button class="main" data-act="call/answer">接听</button>':'')+'<button class="bad" data-act="call/hangup">'+(ring?'拒接':'挂机')+'</button></div>'+(c.answered?'<div class="row">'+keys('call/dtmf')+'</div>':'')+'</div>'}).join(''):'<div class="empty">没有外线通话</div>';
const want=$('filter').value.trim();
const phones=s.phones.filter((p)=>p.extension.includes(want)).sort((a,b)=>(b.state==='ringing')-(a.state==='ringing')||(b.state==='talking'||b.state==='held')-(a.state==='talking'||a.state==='held')||a.extension.localeCompare(b.extension)).map((p)=>{const n=names[p.state];const busy=p.state==='talking'||p.state==='held';return '<div class="phone '+p.state+'" data-ext="'+esc(p.extension)+'"><div class="row"><span class="num">'+esc(p.extension)+'</span><span class="soft">'+esc(p.name===p.extension?'':p.name)+'</span><span class="grow"></span><span class="tag '+n[1]+'">'+n[0]+'</span></div><div class="row soft"><span>'+(p.number?'来自 '+esc(p.number):p.behaviour.answerAfterMs!==null?'自动接听 '+p.behaviour.answerAfterMs/1000+' 秒':'')+'&nbsp;</span></div><div class="row">'+(p.state==='ringing'?'<button class="main" data-act="phone/answer">接听</button><button class="bad" data-act="phone/hangup">拒接</button>':busy?'<button data-act="phone/hold">'+(p.state==='held'?'取回':'保持')+'</button><button class="bad" data-act="phone/hangup">挂机</button>':p.registered?'<button data-act="phone/unregister">断开注册</button>':'<button data-act="phone/register">注册</button>')+'</div></div>'}).join('')||'<div class="empty">没有话机</div>';
const key=calls.replace(/data-age="\\d+"/g,'')+phones;if(key!==last){last=key;$('calls').innerHTML=calls;$('phones').innerHTML=phones}
outside.forEach((c)=>{const e=document.querySelector('[data-uuid="'+c.uuid+'"] [data-age]');if(e)e.textContent=span(c.ageMs)})};
const refresh=async()=>{try{draw(await(await fetch('/state')).json())}catch{$('note').textContent='模拟交换没有应答'}};
document.addEventListener('click',(e)=>{const b=e.target.closest('[data-act]');if(!b)return;const [kind,verb]=b.dataset.act.split('/');const body=b.dataset.digit?{digits:b.dataset.digit}:{};if(kind==='call')post('/calls/'+b.closest('[data-uuid]').dataset.uuid+'/'+verb,body);else post('/phones/'+b.closest('[data-ext]').dataset.ext+'/'+verb,body)});
$('place').addEventListener('submit',(e)=>{e.preventDefault();const f=new FormData(e.target);post('/calls',{from:f.get('from').trim(),to:f.get('to').trim()})});
$('filter').addEventListener('input',refresh);
fetch('/state').then((r)=>r.json()).then((s)=>{if(s.hotlines?.[0])$('place').elements.to.value=s.hotlines[0]});refresh();setInterval(refresh,500);
</script></body></html>`;
