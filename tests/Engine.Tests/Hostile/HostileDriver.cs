using System.Globalization;
using PlantRuntime.Contracts;

namespace PlantRuntime.Tests.Hostile;

/// <summary>Reads constant values until its fault applies. Faults apply at the first read, unless they concern another method.</summary>
internal sealed class HostileDriver(string fault, PluginContext context) : IReader, IDescribed
{
    private const string Refusal = "refuse: ";

    private static event EventHandler? Leak;

    public string Endpoint => fault == "endpoint-throws" ? throw new InvalidOperationException("no endpoint")
        : fault == "texts" ? ForeignText.Nasty : "hostile:1";

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => this;

    public ValueTask ConnectAsync(CancellationToken cancel) =>
        fault.StartsWith(Refusal, StringComparison.Ordinal) ? throw new NotConnectedException(fault[Refusal.Length..]) : default;

    public async ValueTask<IReadOnlyList<DeviceProperty>> DescribeAsync(CancellationToken cancel)
    {
        if (fault == "describe-hangs") await new TaskCompletionSource().Task.ConfigureAwait(false);
        return fault == "texts" ? [new DeviceProperty(ForeignText.Nasty, ForeignText.Long, IsWrong: true)] : [];
    }

    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        for (var i = 0; i < into.Count; i++) into.Good(i, 1);
        switch (fault)
        {
            case "thread":
                new Thread(() => throw new InvalidOperationException("thrown on a thread")).Start();
                break;
            case "unreadable-thread":
                new Thread(() => throw new UnreadableException()).Start();
                break;
            case "async-void":
                ThrowLater();
                break;
            case "cancel-callback":
                cancel.Register(() => throw new InvalidOperationException("thrown in a callback"));
                await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(false);
                break;
            case "message":
                throw new UnreadableException();
            case "null":
                await Task.Yield();
                _ = ((string?)null)!.Length;
                break;
            case "aggregate":
                Task.WaitAll([Task.Run(() => Parse(["12", "x"]), CancellationToken.None)], CancellationToken.None);
                break;
            case "long-message":
                throw new InvalidOperationException(new string('x', 5_000_000), new FormatException("the cause"));
            case "overwrite":
                into.Samples.Clear();
                break;
            case "replace-tag":
                into.Samples[0].Tag = new Tag(7, "other", "other");
                break;
            case "quality":
                into.Samples[0].Quality = (Quality)99;
                break;
            case "keep":
                _ = OverwriteForAWhileAsync(into);
                await Task.Delay(20, cancel).ConfigureAwait(false);
                break;
            case "texts":
                into.Good(0, Value.Of(ForeignText.Nasty));
                if (into.Count > 1) into.Bad(1, Quality.BadDevice, ForeignText.Long);
                context.Log.Warn(ForeignText.Nasty);
                break;
            case "text-failure":
                context.Log.Info(ForeignText.Long);
                throw new NotConnectedException(ForeignText.Nasty + ForeignText.Long);
            case "long-reason":
                throw new NotConnectedException(new string('x', 5_000_000));
            case "foreign-cancel":
                throw new OperationCanceledException();
            case "hang":
                await new TaskCompletionSource().Task.ConfigureAwait(false);
                break;
            case "stack-overflow":
                Recurse(0);
                break;
            case "leak":
                Leak ??= (_, _) => { };
                AppDomain.CurrentDomain.ProcessExit += Leak;
                break;
        }
    }

    private static int[] Parse(string[] texts) => [.. texts.Select(text => int.Parse(text, CultureInfo.InvariantCulture))];

    public ValueTask DisposeAsync()
    {
        if (fault == "dispose-throws") throw new InvalidOperationException("not disposed");
        if (fault == "dispose-hangs") new ManualResetEventSlim().Wait();
        return default;
    }

    /// <summary>Writes to a buffer that belongs to the host for some seconds after the read that provided it.</summary>
    private static async Task OverwriteForAWhileAsync(ScanBuffer kept)
    {
        for (var i = 0; i < 1000; i++)
        {
            kept.Samples.Clear();
            await Task.Delay(5).ConfigureAwait(false);
        }
    }

    private static async void ThrowLater()
    {
        await Task.Yield();
        throw new InvalidOperationException("thrown in async void");
    }

    private static int Recurse(int depth) => depth < 0 ? depth : Recurse(depth + 1) + Recurse(depth + 2);
}
