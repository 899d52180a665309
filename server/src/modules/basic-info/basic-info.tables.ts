import { importTables } from './import/import.tables';
import { c, defineTable, type TableDefinition } from '../../platform/database/table';

/** Company shard: tree, houses, customers and what hangs on them. */
const companyTables: TableDefinition[] = [
  defineTable({
    name: 'area_node', comment: '楼宇树节点：热源、热站、小区、楼栋、单元（公司一级是组织节点）', shard: 'company', primaryKey: ['id'], unique: [['parent_id', 'node_name']], indexes: [['path']],
    columns: {
      id: c.id('编号'), company_id: c.id('公司'), parent_id: c.id('上级节点，0 为公司'), kind: c.text('级别', 12), node_name: c.text('名称', 60), path: c.text('从热源到本节点的编号路径', 200), own_station_id: c.id('本节点指定的维修站', { nullable: true }), station_id: c.id('生效的维修站（本节点或最近上级指定）', { nullable: true }),
      house_count: c.int('本节点之下的房屋数', { default: 0 }), sort_key: c.text('排序键（自然序）', 120), version: c.int('版本', { default: 1 }), updated_at: c.time('最近变更'),
    },
  }),
  defineTable({
    name: 'area_log', comment: '楼宇树变更日志（只增）', shard: 'company', primaryKey: ['id'], indexes: [['node_id', 'id']],
    columns: { id: c.id('编号'), node_id: c.id('节点'), at: c.time('时间'), account_id: c.id('操作人'), person_name: c.text('操作人姓名', 40), field_name: c.text('项目', 30), old_text: c.text('原值', 200, { nullable: true }), new_text: c.text('新值', 200, { nullable: true }), change_source: c.text('来源 ui/import/sync', 10) },
  }),
  defineTable({
    name: 'house', comment: '房屋', shard: 'company', primaryKey: ['id'], unique: [['unit_id', 'room_no'], ['contract_no']], indexes: [['building_id'], ['community_id'], ['owner_id']],
    columns: {
      id: c.id('编号'), company_id: c.id('公司'), unit_id: c.id('单元'), building_id: c.id('楼栋'), community_id: c.id('小区'), station_id: c.id('维修站', { nullable: true }), room_no: c.text('房号', 20), address: c.text('地址', 200), area_m2: c.decimal('供热面积，平方米'), heating: c.text('供热状态 on/suspended/off', 10),
      contract_no: c.text('合同号', 30), arrears_cents: c.bigint('欠费，分', { default: 0 }), owner_id: c.id('户主', { nullable: true }), version: c.int('版本', { default: 1 }), updated_at: c.time('最近变更'),
    },
  }),
  defineTable({
    name: 'customer', comment: '客户', shard: 'company', primaryKey: ['id'], indexes: [['customer_name'], ['id_no_blind']],
    columns: { id: c.id('编号'), company_id: c.id('公司'), customer_name: c.text('姓名', 40), customer_level: c.text('级别 normal/vip', 10, { default: 'normal' }), id_no_sealed: c.text('证件号（密文）', 400, { nullable: true }), id_no_blind: c.text('证件号盲索引', 64, { nullable: true }), remark: c.text('备注', 500, { nullable: true }), version: c.int('版本', { default: 1 }), updated_at: c.time('最近变更') },
  }),
  defineTable({
    name: 'customer_phone', comment: '客户号码', shard: 'company', primaryKey: ['customer_id', 'number_blind'], indexes: [['number_blind']],
    columns: { customer_id: c.id('客户'), number_blind: c.text('号码盲索引', 64), number_last4: c.text('后四位盲索引', 64), number_sealed: c.text('号码（密文）', 400), attribution: c.text('归属地', 40, { nullable: true }), sort_no: c.int('次序', { default: 0 }) },
  }),
  defineTable({
    name: 'house_customer', comment: '房屋与客户', shard: 'company', primaryKey: ['house_id', 'customer_id'], indexes: [['customer_id']],
    columns: { house_id: c.id('房屋'), customer_id: c.id('客户'), relation: c.text('关系 owner/resident', 10), since_at: c.time('起始') },
  }),
  defineTable({
    name: 'payment', comment: '交退费', shard: 'company', primaryKey: ['id'], indexes: [['house_id', 'paid_at']],
    columns: { id: c.id('编号'), house_id: c.id('房屋'), customer_id: c.id('客户', { nullable: true }), paid_at: c.time('时间'), pay_kind: c.text('类别 payment/refund', 10), season: c.text('供热季', 12), amount_cents: c.bigint('金额，分'), channel: c.text('渠道', 20) },
  }),
  defineTable({
    name: 'year_record', comment: '年度记录', shard: 'company', primaryKey: ['house_id', 'season'],
    columns: { house_id: c.id('房屋'), season: c.text('供热季', 12), heating: c.text('供热状态', 10), due_cents: c.bigint('应收，分'), paid_cents: c.bigint('已收，分'), mean_celsius: c.decimal('平均室温', { nullable: true }) },
  }),
];

/** Group shard: what pop and search look up, kept by events from the companies' shards; never a fan-out over companies. */
const groupTables: TableDefinition[] = [
  defineTable({
    name: 'phone_index', comment: '号码索引：盲号码到公司、客户、房屋', shard: 'group', primaryKey: ['number_blind', 'company_id', 'customer_id', 'house_id'], indexes: [['number_last4'], ['company_id', 'customer_id'], ['house_id'], ['customer_name']],
    columns: { number_blind: c.text('号码盲索引', 64), number_last4: c.text('后四位盲索引', 64), company_id: c.id('公司'), customer_id: c.id('客户'), house_id: c.id('房屋，0 为无'), customer_name: c.text('客户姓名', 40) },
  }),
  defineTable({
    // The trailing columns make counting and paging index-only; see search/README.
    name: 'house_index', comment: '房屋索引：地址、户主、合同号一次查到', shard: 'group', primaryKey: ['id'],
    indexes: [
      ['community_id', 'building_key', 'unit_key', 'room_key', 'house_seq', 'station_id'], // with the id at the end a page is found in the index alone: a surname of a million houses names tens of thousands of them
      ['building_key', 'unit_key', 'room_key', 'community_id', 'house_seq', 'company_id', 'station_id', 'id'], ['room_key', 'unit_key', 'community_id', 'house_seq', 'company_id', 'station_id', 'id'],
      ['owner_name', 'community_id', 'house_seq', 'company_id', 'station_id', 'id'], ['owner_tail', 'community_id', 'house_seq', 'company_id', 'station_id', 'id'], ['community_id', 'house_seq', 'id', 'station_id', 'company_id'], ['contract_no'], ['building_id'], ['unit_id'],
    ],
    columns: {
      id: c.id('房屋'), company_id: c.id('公司'), station_id: c.id('维修站，0 为无'), community_id: c.id('小区'), building_id: c.id('楼栋'), unit_id: c.id('单元'), community_name: c.text('小区名', 60), address: c.text('地址', 200), building_key: c.text('楼栋检索键', 20), unit_key: c.text('单元检索键', 20), room_key: c.text('房号检索键', 20),
      house_seq: c.bigint('小区内自然序'), owner_id: c.id('户主', { nullable: true }), owner_name: c.text('户主姓名', 40, { nullable: true }), owner_tail: c.text('户主名（去姓）', 40, { nullable: true }), contract_no: c.text('合同号', 30), heating: c.text('供热状态', 10), arrears_cents: c.bigint('欠费，分', { default: 0 }),
    },
  }),
  defineTable({
    name: 'community_index', comment: '小区索引：各维修站名下的房屋数，列表分页用', shard: 'group', primaryKey: ['community_id', 'station_id'], indexes: [['company_id']],
    columns: {
      community_id: c.id('小区'), station_id: c.id('维修站，0 为无'), company_id: c.id('公司'), node_name: c.text('名称', 60), name_key: c.text('检索名', 60), sort_key: c.text('排序键（拼音）', 120), path: c.text('编号路径', 200), arrears_cents: c.bigint('欠费合计，分', { default: 0 }), customers: c.int('客户数', { default: 0 }),
      n_on: c.int('供热', { default: 0 }), n_on_due: c.int('供热且欠费', { default: 0 }), n_suspended: c.int('报停', { default: 0 }), n_suspended_due: c.int('报停且欠费', { default: 0 }), n_off: c.int('未供', { default: 0 }), n_off_due: c.int('未供且欠费', { default: 0 }),
    },
  }),
  defineTable({
    name: 'area_term', comment: '小区名检索词（单字与二字）', shard: 'group', primaryKey: ['term', 'community_id'], indexes: [['community_id']],
    columns: { term: c.text('检索词', 4), community_id: c.id('小区'), company_id: c.id('公司') },
  }),
];
export const basicInfoTables: TableDefinition[] = [...companyTables, ...groupTables, ...importTables];
