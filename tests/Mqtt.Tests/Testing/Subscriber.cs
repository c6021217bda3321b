using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>
/// Debian's <c>mosquitto_sub</c> on a broker: every message as "topic qos retain payload". It is known to have subscribed when it shows a
/// retained message that was there before, and to have shown all when it shows one that was published last.
/// </summary>
internal sealed class Subscriber : IAsyncDisposable
{
    private const string Mark = "plant-test-mark";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string[] _access;
    private readonly List<string> _lines = [];
    private int _marks;

    private Subscriber(Process process, string[] access) => (_process, _access) = (process, access);

    /// <param name="port">The broker's on 127.0.0.1.</param>
    /// <param name="topic">What to subscribe to, next to the marks.</param>
    /// <param name="access">More arguments: who we are.</param>
    public static async Task<Subscriber> StartAsync(int port, string topic = "#", params string[] access)
    {
        access = ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. access];
        var start = new ProcessStartInfo("mosquitto_sub", [.. access, "-q", "2", "-t", topic, "-t", Mark, "-F", "%t %q %r %p"])
        {
            RedirectStandardOutput = true,
        };
        await PublishAsync(access, "-r", "start");
        var subscriber = new Subscriber(Process.Start(start)!, access);
        await subscriber.UntilAsync("start");
        return subscriber;
    }

    /// <summary>All messages that were published before this call.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        var mark = $"end{++_marks}";
        await PublishAsync(_access, mark);
        await UntilAsync(mark);
        return _lines;
    }

    /// <summary>As many messages, as they come.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(int count)
    {
        while (_lines.Count < count) _lines.Add(await NextAsync());
        return _lines;
    }

    /// <summary>Waits for one more message.</summary>
    public async Task<string> NextAsync()
    {
        using var limit = new CancellationTokenSource(s_limit);
        return await _process.StandardOutput.ReadLineAsync(limit.Token) ?? throw new InvalidOperationException("mosquitto_sub ended");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task PublishAsync(string[] access, params string[] what)
    {
        using var process = Process.Start("mosquitto_pub", [.. access, "-q", "2", "-t", Mark, .. what[..^1], "-m", what[^1]]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task UntilAsync(string mark)
    {
        while (await NextAsync() is var line && !(line.StartsWith(Mark, StringComparison.Ordinal) && line.EndsWith($" {mark}",
            StringComparison.Ordinal)))
            if (!line.StartsWith(Mark, StringComparison.Ordinal)) _lines.Add(line);
    }
}
