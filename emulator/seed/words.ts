/** The vocabulary of the generated company. */

export const dealSubjects = [
  'annual maintenance',
  'warehouse roof',
  'spare parts, second order',
  'fleet leasing',
  'office move',
  'licences 2026',
  'pilot project',
  'kütuselepingu uuendus',
  'Rahmenvertrag',
  'contrat cadre',
  'renovación de flota',
  'поставка оборудования',
  '年度服务合同',
  '保守契約',
  'عقد الصيانة',
  'extension 🚀',
  'frame "B" upgrade',
  'training for 40 people',
  'export to Latvia',
] as const

export const activitySubjects = [
  'Call about the offer',
  'Send the revised quote',
  'Site visit',
  'Lunch with the buyer',
  'Koosolek',
  'Demo of version 4',
  'Follow up on the contract',
  'Переговоры по цене',
  '电话回访',
  'اجتماع',
  'Check the delivery date',
  'Introduce the new manager',
] as const

export const noteTexts = [
  '<p>They want delivery before <b>June</b>; price is not the problem.</p>',
  '<p>Klient soovib uut pakkumist koos paigaldusega.</p>',
  '<ul><li>two sites</li><li>one contract</li></ul>',
  'Decision moved to next quarter. Call again after the board meeting.',
  '<p>客户对价格敏感，需要分期付款方案。</p>',
  '<p dir="rtl">العميل مهتم بعقد لمدة سنتين.</p>',
  'Спросили про гарантию. Ответить до пятницы 🙂',
  'Line one\nLine two\ttabbed, with a "quote" and a back\\slash',
] as const

export const lostReasons = [
  'Price',
  'Chose a competitor',
  'No budget this year',
  'Ei vastanud',
  '预算取消',
  'Timing',
] as const

export const productNames = [
  'Roof panel R40',
  'Site survey',
  'Installation day',
  'Service plan',
  'Filter set',
  'Tööriistakomplekt',
  '控制器 X2',
  'Насос ПН-80',
  'مضخة مياه',
  'Sensor Ω-5',
  'Training seat',
  'Licence, per user',
  'Pallet of pellets',
  'Café machine',
] as const

export const currencies = ['EUR', 'EUR', 'EUR', 'USD', 'GBP', 'SEK', 'JPY', 'CNY'] as const

export const timezones = [
  [1, 'Europe/Tallinn'],
  [2, 'Europe/Berlin'],
  [3, 'America/New_York'],
  [4, 'Asia/Shanghai'],
  [5, 'Africa/Nairobi'],
] as const

export const places = [
  { street: 'Narva maantee', city: 'Tallinn', region: 'Harju maakond', country: 'Estonia', postal: '10120' },
  { street: 'Ülikooli', city: 'Tartu', region: 'Tartu maakond', country: 'Estonia', postal: '51003' },
  { street: 'Große Straße', city: 'München', region: 'Bayern', country: 'Germany', postal: '80331' },
  {
    street: 'rue de l’Église',
    city: 'Lyon',
    region: 'Auvergne-Rhône-Alpes',
    country: 'France',
    postal: '69002',
  },
  { street: 'Main Street', city: 'Sunnyvale', region: 'CA', country: 'United States', postal: '94085' },
  {
    street: 'Невский проспект',
    city: 'Санкт-Петербург',
    region: 'Санкт-Петербург',
    country: 'Russia',
    postal: '191025',
  },
  { street: '南京东路', city: '上海', region: '上海市', country: 'China', postal: '200001' },
  { street: 'شارع التحرير', city: 'القاهرة', region: 'محافظة القاهرة', country: 'Egypt', postal: '11511' },
] as const

export const phrases = [
  'PO-2291',
  'north gate',
  'vajab kinnitust',
  'ask for Õie',
  'Rabatt 5 %',
  'à vérifier',
  'позвонить',
  '优先',
  'مهم',
  'n/a',
  '—',
  'renewal',
  '7 days',
  'B/14',
  'see "terms"',
] as const
