// What stands around the product on a host: reverse proxy, firewall, log rotation, the floating address. Texts only; the installer writes them.
import { join } from 'node:path';

const certificate = (inst) => ({ cert: inst.tlsCert || join(inst.data, 'tls/server.crt'), key: inst.tlsKey || join(inst.data, 'tls/server.key') });
const peers = (inst) => inst.hosts.filter((h) => h !== inst.hostAddress);
const HEADERS = (indent, more = []) => ['Host $host', 'X-Forwarded-For $remote_addr', 'X-Forwarded-Proto https', 'Upgrade $http_upgrade', 'Connection $ronghu_connection', ...more].map((h) => `${indent}proxy_set_header ${h};`).join('\n');
const location = (inst, { name = '/', to = `http://127.0.0.1:${inst.httpPort}`, before = '', headers = [] } = {}) => `    location ${name} {
${before}        proxy_pass ${to};
        proxy_http_version 1.1;
${HEADERS('        ', headers)}
        proxy_read_timeout 3600s;
        proxy_send_timeout 3600s;
        proxy_buffering off;
        client_max_body_size 210m;
    }`;
/**
 * While the service of this host is stopped (an upgrade, a restart) its proxy hands on to the others, over TLS and once only. What was cut off in the middle is asked there again too: the
 * product's commands carry idempotency keys.
 */
const handOn = (inst) => location(inst, { name: '@others', to: 'https://ronghu_others', headers: ['X-Ronghu-Passed 1'], before: `        if ($http_x_ronghu_passed) { return 502; }
        proxy_connect_timeout 2s;
        proxy_ssl_name ${inst.serverName};
        proxy_ssl_server_name on;
        proxy_ssl_verify on;
        proxy_ssl_trusted_certificate ${inst.tlsCert ? `${join(inst.tlsCert, '../authority.crt')}; # 改为签发 ${inst.tlsCert} 的机构的证书` : `${join(inst.data, 'tls/authority.crt')};`}
` });
/** nginx; X-Forwarded-For is set anew, not added to: the product trusts its last entry. */
export const nginxSite = (inst) => `# 由融呼安装程序生成。放在 /etc/nginx/conf.d/ 下；国密 TLS 需要支持国密套件的 nginx 版本。
map $http_upgrade $ronghu_connection { default upgrade; '' ''; }
${peers(inst).length ? `upstream ronghu_others {
${peers(inst).map((h) => `    server ${h}:${inst.httpsPort} max_fails=2 fail_timeout=5s;`).join('\n')}
}
` : ''}server {
    listen ${inst.httpsPort} ssl;
    listen [::]:${inst.httpsPort} ssl;
    server_name ${inst.serverName};
    ssl_certificate ${certificate(inst).cert};
    ssl_certificate_key ${certificate(inst).key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:ronghu:10m;
    ssl_session_timeout 10m;
    server_tokens off;
    add_header Strict-Transport-Security "max-age=31536000" always;
    keepalive_timeout 65s;
${peers(inst).length ? `${peers(inst).map((h) => `    set_real_ip_from ${h};\n`).join('')}    real_ip_header X-Forwarded-For;
    error_page 502 = @others;
` : ''}${location(inst)}
${peers(inst).length ? `${handOn(inst)}
` : ''}}
`;
/** TongHttpServer reads nginx's language. Written from that, not tried on a TongHttpServer: the text says so to whoever opens it. */
export const tongSite = (inst) => `# 由融呼安装程序生成，用于东方通 TongHttpServer（THS），语法与 nginx 相同。
# 注意：此文件没有在真实的 TongHttpServer 上试过。启用前请用它自带的配置检查命令检查，并核对 WebSocket 升级与 SSL 指令名。
${nginxSite(inst).split('\n').slice(1).join('\n')}`;
/** A layer-4 balancer for several hosts, on a machine before them: TLS ends on each host, so nothing passes in clear between machines. */
export const nginxStream = (inst) => `# 多机时放在前置负载均衡机的 nginx.conf 顶层（与 http 平级）。四层转发，TLS 在各主机终结。
stream {
    upstream ronghu {
        hash $remote_addr consistent;
${inst.hosts.map((h) => `        server ${h}:${inst.httpsPort} max_fails=2 fail_timeout=5s;`).join('\n')}
    }
    server {
        listen ${inst.httpsPort};
        proxy_pass ronghu;
        proxy_connect_timeout 2s;
        proxy_timeout 1h;
    }
}
`;
/** @param password of VRRP; eight characters count. */
export const keepalived = (inst, password) => `# 由融呼安装程序生成。两台主机的 state 都是 BACKUP，先启动者持有浮动地址；nopreempt 使恢复的主机不抢回。
# interface 请改为本机网卡名。
global_defs {
    enable_script_security
    script_user ${inst.user}
}
${inst.proxy === 'none' ? '' : `# 对外端口（反向代理）没有应答：立即移走。
vrrp_script ronghu_door {
    script "${join(inst.bin, 'ronghu')} status --quiet --door"
    interval 2
    timeout 5
    fall 2
    rise 2
}
# 本机服务没有就绪：反向代理已把来访转给另一台，移走会断开已有连接，因此等一次升级或重启（约 12 秒）过去再移。
`}vrrp_script ronghu_ready {
    script "${join(inst.bin, 'ronghu')} status --quiet"
    interval 2
    timeout 5
    fall ${inst.proxy === 'none' ? 2 : 6}
    rise 2
}
vrrp_instance ronghu {
    state BACKUP
    nopreempt
    interface eth0
    virtual_router_id 77
    priority ${inst.hosts.indexOf(inst.hostAddress) === 0 ? 110 : 100}
    advert_int 1
    unicast_src_ip ${inst.hostAddress}
    unicast_peer {
        ${inst.hosts.filter((h) => h !== inst.hostAddress).join('\n        ')}
    }
    authentication {
        auth_type PASS
        auth_pass ${password}
    }
    virtual_ipaddress {
        ${inst.virtualAddress}
    }
    track_script {
${inst.proxy === 'none' ? '' : '        ronghu_door\n'}        ronghu_ready
    }
}
`;
/** firewalld: people reach HTTPS; only the other hosts reach the director's link. The database and the event socket are opened to nobody. */
export const firewalld = (inst) => `#!/bin/sh
# 由融呼安装程序生成：firewalld 规则。以 root 运行一次。
set -e
firewall-cmd --permanent --add-port=${inst.httpsPort}/tcp
${peers(inst).map((h) => `firewall-cmd --permanent --add-rich-rule='rule family=${h.includes(':') ? 'ipv6' : 'ipv4'} source address=${h} port port=${inst.linkPort} protocol=tcp accept'`).join('\n')}
${inst.form === 'standby' ? peers(inst).map((h) => `firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address=${h} protocol value=vrrp accept'`).join('\n') : ''}
firewall-cmd --reload
`.replace(/\n{2,}/g, '\n');
/** nftables, a table of its own that only closes what is ours: rules of others stay as they are. */
export const nftables = (inst) => `#!/usr/sbin/nft -f
# 由融呼安装程序生成：nftables 规则。只管本产品的端口，不改动其它规则。
table inet ronghu
delete table inet ronghu
table inet ronghu {
    chain input {
        type filter hook input priority 0; policy accept;
        iif "lo" accept
        ct state established,related accept
        tcp dport ${inst.httpsPort} accept
${peers(inst).length ? `        ip saddr { ${peers(inst).join(', ')} } tcp dport ${inst.linkPort} accept\n` : ''}        tcp dport { ${[inst.proxy === 'none' ? null : inst.httpPort, inst.linkPort, inst.embedded ? inst.databasePort : null, inst.simulated ? inst.simulatorPort : null, inst.simulated ? inst.switchPort : null].filter(Boolean).join(', ')} } drop
    }
}
`;
/** The processes keep their files open, so the content is copied away. */
export const logrotate = (inst) => `${join(inst.log, '*.log')} {
    daily
    rotate 30
    maxsize 200M
    missingok
    notifempty
    compress
    delaycompress
    copytruncate
    su ${inst.user} ${inst.group}
}
`;
