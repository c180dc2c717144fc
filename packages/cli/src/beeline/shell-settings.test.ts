import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';
import { changeSetting, initialSettings, listSettings } from './shell-settings.ts';

const settings = () => initialSettings(parseOptions([], { out: () => {}, err: () => {} }));

describe('changeSetting', () => {
  it('changes by the names of the command line, without case', () => {
    const changed = settings();
    changeSetting(changed, 'outputFormat', 'CSV2');
    changeSetting(changed, 'showheader', 'false');
    changeSetting(changed, 'nullemptystring', 'true');
    expect(changed).toMatchObject({ format: 'csv2', showHeader: false, nullText: '' });
    changeSetting(changed, 'nullemptystring', 'false');
    expect(changed.nullText).toBe('NULL');
  });

  it('says what there is', () => {
    expect(() => changeSetting(settings(), 'outputformat', 'xml')).toThrow('table, vertical, csv2');
    expect(() => changeSetting(settings(), 'colour', 'true')).toThrow('there is no setting colour');
    expect(() => changeSetting(settings(), 'silent', '1')).toThrow('silent is true or false');
    expect(() => changeSetting(settings(), 'outputformat', 'tsv')).toThrow('tsv is not there; use tsv2');
    expect(() => changeSetting(settings(), 'maxColumnWidth', 'wide')).toThrow('a whole number above 0');
    expect(listSettings(settings())).toContain('silent          false');
    const narrow = settings();
    expect(listSettings(narrow)).toContain('maxColumnWidth  none');
    changeSetting(narrow, 'maxcolumnwidth', '12');
    expect(listSettings(narrow)).toContain('maxColumnWidth  12');
  });
});
