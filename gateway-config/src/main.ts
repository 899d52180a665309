import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { generateNode, installSounds } from './generate';
import { writeStation } from './phones/write-station';

/**
 * node gateway-config/dist/main.js --node 节点.json --out 目录 [--sounds]      FreeSWITCH 节点配置
 * node gateway-config/dist/main.js --station 站点.json --out 目录              话机开通文件
 */
function main(): number {
  const { values } = parseArgs({ options: { node: { type: 'string' }, station: { type: 'string' }, out: { type: 'string' }, sounds: { type: 'boolean', default: false } } });
  if (!values.out || (!values.node && !values.station)) {
    process.stderr.write('用法：--node 节点描述.json --out 目录 [--sounds]，或 --station 站点描述.json --out 目录\n');
    return 2;
  }
  try {
    if (values.node) {
      const { node, files } = generateNode(JSON.parse(readFileSync(values.node, 'utf8')) as unknown, values.out);
      if (values.sounds) installSounds(node);
      process.stdout.write(`已生成：${files.join('，')}\n`);
    }
    if (values.station) process.stdout.write(`已生成：${writeStation(JSON.parse(readFileSync(values.station, 'utf8')) as unknown, values.out).join('，')}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`未生成。\n${(error as Error).message}\n`);
    return 1;
  }
}

process.exitCode = main();
