using System.Globalization;
using System.Runtime.CompilerServices;
using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>A mirror at work: at each beat an image through the source's session and on through the target's, or nothing.</summary>
internal sealed class MirrorRunner(Mirror mirror, DeviceRunner source, DeviceRunner target, TimeProvider time, PlantLog log)
{
    private readonly Beats _beats = new(mirror.Every, time);
    private readonly LogLimit _limit = new(time, TimeSpan.FromSeconds(1), burst: 3);
    private readonly LogLimit _okLimit = new(time, TimeSpan.FromMinutes(1));
    private BlockRead _read = new(mirror.SourceAddress, mirror.Bytes, time);
    private BlockWrite _write = new(mirror, time);

    public Mirror Mirror => mirror;

    public MirrorStatus Status { get; } = new();

    /// <summary>Completes when nothing is written any more.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins when others have ended: two mirrors must not write one block.</summary>
    public void Start(Task others) => Ended = Task.Run(() => RunAsync(others));

    /// <summary>Ends it; a copy under way is finished.</summary>
    public void Stop() => _beats.Stop();

    private async Task RunAsync(Task others)
    {
        await others.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        log.Info(string.Create(CultureInfo.InvariantCulture,
            $"MIRROR {mirror} bytes={mirror.Bytes} every={mirror.Every.TotalMilliseconds:0.###}ms"));
        await _beats.RunAsync(BeatAsync, Status.LeftOut).ConfigureAwait(false);
        log.Info($"END mirror {mirror} {Counts()}");
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask BeatAsync()
    {
        // What a driver that did not come back may still read or write is left to it.
        if (_read.IsLeftBehind) _read = new BlockRead(mirror.SourceAddress, mirror.Bytes, time);
        if (_write.IsLeftBehind) _write = new BlockWrite(mirror, time);
        if (await _read.DoAsync(source).ConfigureAwait(false) is { } unread)
        {
            Skip($"source: {unread.Message}", "nothing is written until the source can be read");
            if (mirror.Watchdog is null) return;
            _write.BeginWithout();
            await _write.DoAsync(target).ConfigureAwait(false);
            return;
        }

        if (_beats.IsStopped) return;
        _write.Begin(_read, target.Status.Connects);
        if (await _write.DoAsync(target).ConfigureAwait(false) is { } unwritten)
            Skip($"target: {unwritten.Message}", "the next fresh image is written whole");
        else Copied();
    }

    private void Copied()
    {
        var before = Status.Reason;
        if (_write.HasWritten) Status.Copied(_write.Age);
        else Status.NotChanged();
        if (before is not null && _limit.May(out var held)) log.Info($"COPYING {mirror}{Unsaid(held)}");
        if (_okLimit.May(out _)) log.Info($"OK mirror {mirror} {Counts()}");
    }

    private string Counts() => string.Create(CultureInfo.InvariantCulture,
        $"copies={Status.Copies} unchanged={Status.Unchanged} skips={Status.Skips} "
        + $"age={Status.Age.TotalMilliseconds:0.0}ms p99={Status.Ages.Percentile(0.99).TotalMilliseconds:0.0}ms");

    private void Skip(string reason, string next)
    {
        var before = Status.Reason;
        Status.Skipped(reason);
        if (reason != before && _limit.May(out var held)) log.Warn($"SKIPPING {mirror} reason=\"{reason}\"{Unsaid(held)} next=\"{next}\"");
    }

    private static string Unsaid(int held) => held > 0 ? $" unsaid={held}" : "";
}
