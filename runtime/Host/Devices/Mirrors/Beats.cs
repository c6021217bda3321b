using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Does something at a fixed rhythm until it is stopped.</summary>
internal sealed class Beats(TimeSpan every, TimeProvider time)
{
    private readonly Alarm _alarm = new(time);
    private readonly Rhythm _rhythm = new(time.Ticks(every));
    private volatile bool _isStopped;

    public bool IsStopped => _isStopped;

    /// <summary>Ends it; a beat under way is finished.</summary>
    public void Stop()
    {
        _isStopped = true;
        _alarm.Stop();
    }

    /// <summary>Beats, the first time at once, until it is stopped.</summary>
    /// <param name="beat">What is done at each beat.</param>
    /// <param name="leftOut">Told how many beats could not begin in time, after each one.</param>
    public async Task RunAsync(Func<ValueTask> beat, Action<long> leftOut)
    {
        _rhythm.Start(time.GetTimestamp());
        while (!_isStopped)
        {
            await _alarm.WaitUntilAsync(_rhythm.Due).ConfigureAwait(false);
            if (_isStopped || time.GetTimestamp() < _rhythm.Due) continue;
            await beat().ConfigureAwait(false);
            var skipped = _rhythm.Skipped;
            _rhythm.Advance(time.GetTimestamp());
            leftOut(_rhythm.Skipped - skipped);
        }

        _alarm.Dispose();
    }
}
