import { cliPlace } from '../../support/cli.ts';
import { describeWithModel, fixture, MODELS_DIR } from '../../support/speech.ts';

describeWithModel('heycat record', () => {
  it('CLI27 records, says what became of the take, and prints its text where that is asked for', async () => {
    await using place = await cliPlace();
    place.env['HEYCAT_MODELS_DIR'] = MODELS_DIR;
    expect((await place.run('toggle')).code).toBe(3);
    await place.start();
    expect(await place.run('record', 'stop')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing is being recorded.') as unknown,
    });
    const device = `file:${fixture('beckett')}`;
    expect(await place.run('record', 'start', '--device', device)).toMatchObject({
      code: 0,
      stdout: 'recording\n',
    });
    expect((await place.run('record', 'start', '--device', device)).stderr).toContain('BUSY');
    const { code, stdout } = await place.run('record', 'stop', '--text');
    expect(code).toBe(0);
    const { recordings } = JSON.parse((await place.run('call', 'list_recordings')).stdout) as {
      recordings: { transcription: string }[];
    };
    expect(stdout).toBe(`${recordings[0]!.transcription}\n`);
    await place.run('record', 'start', '--device', device);
    expect((await place.run('record', 'cancel')).code).toBe(0);
  });
});
