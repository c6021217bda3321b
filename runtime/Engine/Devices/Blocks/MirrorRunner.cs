using System.Runtime.CompilerServices;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Runs one mirror: at each tick reads an image through the source's session and writes it through the target's, or writes nothing. Owned
/// by the MirrorRegistry, which starts and stops it. Its loop is asynchronous and runs one tick at a time; an exception in a tick does not
/// end it, and a failed copy is not retried before the next tick.
/// </summary>
internal sealed class MirrorRunner(Mirror mirror, DeviceSupervisor source, DeviceSupervisor target, TimeProvider time, PlantLog log)
{
    private readonly FixedRateLoop _loop = new(time, mirror.Every);
    private readonly LogLimit _limit = new(time, TimeSpan.FromSeconds(1), burst: 3);
    private readonly LogLimit _okLimit = new(time, TimeSpan.FromMinutes(1));
    private BlockRead _read = new(mirror.SourceAddress, mirror.Bytes, time);
    private BlockWrite _write = new(mirror, time);

    public Mirror Mirror => mirror;

    public MirrorStatus Status { get; } = new();

    /// <summary>Completes when the mirror writes no more.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    private readonly LogFields _blocks = LogFields.From(
        $"from={mirror.Source}.{mirror.SourceAddress} to={mirror.Target}.{mirror.TargetAddress}");

    /// <summary>Starts the mirror after others have ended, because two mirrors must not write one block.</summary>
    public void Start(Task others) => Ended = Task.Run(() => RunAsync(others));

    /// <summary>Ends the mirror after the copy that is running. Does not wait; see <see cref="Ended"/>.</summary>
    public void Stop() => _loop.Stop();

    private async Task RunAsync(Task others)
    {
        await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        log.Info($"MIRROR {_blocks} bytes={mirror.Bytes} every={mirror.Every.TotalMilliseconds:0.###}ms");
        await _loop.RunAsync(CopyAsync, Status.CountMissed, target.ReportBug).ConfigureAwait(false);
        log.Info($"END mirror {_blocks} {Counts()}");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CopyAsync()
    {
        // A driver that has not returned may still use the memory of the previous operation.
        if (_read.IsAbandoned) _read = new BlockRead(mirror.SourceAddress, mirror.Bytes, time);
        if (_write.IsAbandoned) _write = new BlockWrite(mirror, time);
        if (await _read.ExecuteAsync(source).ConfigureAwait(false) is { } readFailure)
        {
            Skip($"source: {readFailure}", "nothing is written until the source can be read");
            if (mirror.Watchdog is null) return;
            _write.BeginWithoutImage();
            await _write.ExecuteAsync(target).ConfigureAwait(false);
            return;
        }

        if (_loop.IsStopped) return;
        _write.Begin(_read, target.Status.Connects);
        if (await _write.ExecuteAsync(target).ConfigureAwait(false) is { } writeFailure)
            Skip($"target: {writeFailure}", "the next fresh image is written whole");
        else Complete();
    }

    private void Complete()
    {
        var before = Status.Reason;
        if (_write.HasWritten) Status.CountCopy(_write.Age);
        else Status.CountUnchanged();
        if (before is not null && _limit.TryAcquire(out var suppressed)) log.Info($"COPYING {_blocks}{LogText.Suppressed(suppressed)}");
        if (_okLimit.TryAcquire(out _)) log.Info($"OK mirror {_blocks} {Counts()}");
    }

    private LogFields Counts() => LogFields.From(
        $"copies={Status.Copies} unchanged={Status.Unchanged} skips={Status.Skips} "
        + $"age={Status.Age.TotalMilliseconds:0.0}ms p99={Status.Ages.Percentile(0.99).TotalMilliseconds:0.0}ms");

    private void Skip(string reason, string next)
    {
        var before = Status.Reason;
        Status.CountSkip(reason);
        if (reason != before && _limit.TryAcquire(out var suppressed))
            log.Warn($"SKIPPING {_blocks} reason=\"{reason}\"{LogText.Suppressed(suppressed)} next=\"{next}\"");
    }
}
