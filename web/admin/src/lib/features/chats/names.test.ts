import { expect, it } from 'vitest';
import { nameOf, shortPage } from './names';

it('tells visitors without a name from each other', () => {
  const sessionId = '0197a1b2-0000-7000-8000-00000abc4f2a';
  expect(nameOf({ sessionId })).toBe('Visitor 4F2A');
  expect(nameOf({ sessionId, visitorEmail: 'ada@client.example' })).toBe('ada@client.example');
  expect(nameOf({ sessionId, visitorName: 'Ada', visitorEmail: 'ada@client.example' })).toBe('Ada');
});

it('names the website of a page if it is not the firm’s', () => {
  expect(shortPage('https://firm.example/about?x=1', 'firm.example')).toBe('/about?x=1');
  expect(shortPage('https://shop.example/cart', 'firm.example')).toBe('shop.example/cart');
  expect(shortPage('no address', 'firm.example')).toBe('no address');
});
