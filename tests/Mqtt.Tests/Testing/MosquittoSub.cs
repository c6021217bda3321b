using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>
/// Debian's <c>mosquitto_sub</c>, which prints each message as "topic qos retain payload". It has subscribed when it prints a retained
/// mark that was published before, and has printed all messages when it prints a mark that was published last.
/// </summary>
internal sealed class MosquittoSub : IAsyncDisposable
{
    private const string Mark = "plant-test-mark";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly string[] _access;
    private readonly List<string> _lines = [];
    private int _marks;

    private MosquittoSub(Process process, string[] access) => (_process, _access) = (process, access);

    /// <param name="port">Port of the broker on 127.0.0.1.</param>
    /// <param name="topic">Topic filter to subscribe to, besides the marks.</param>
    /// <param name="access">Further arguments, such as user and password.</param>
    public static async Task<MosquittoSub> StartAsync(int port, string topic = "#", params string[] access)
    {
        access = ["-h", "127.0.0.1", "-p", port.ToString(CultureInfo.InvariantCulture), .. access];
        var start = new ProcessStartInfo("mosquitto_sub", [.. access, "-q", "2", "-t", topic, "-t", Mark, "-F", "%t %q %r %p"])
        {
            RedirectStandardOutput = true,
        };
        await PublishAsync(access, "-r", "start");
        var subscriber = new MosquittoSub(Process.Start(start)!, access);
        await subscriber.ReadUntilAsync("start");
        return subscriber;
    }

    /// <summary>Reads all messages that were published before this call.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync()
    {
        var mark = $"end{++_marks}";
        await PublishAsync(_access, mark);
        await ReadUntilAsync(mark);
        return _lines;
    }

    /// <summary>Reads this number of messages.</summary>
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

    private static async Task PublishAsync(string[] access, params string[] message)
    {
        using var process = Process.Start("mosquitto_pub", [.. access, "-q", "2", "-t", Mark, .. message[..^1], "-m", message[^1]]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    private async Task ReadUntilAsync(string mark)
    {
        while (await NextAsync() is var line && !(line.StartsWith(Mark, StringComparison.Ordinal) && line.EndsWith($" {mark}",
            StringComparison.Ordinal)))
            if (!line.StartsWith(Mark, StringComparison.Ordinal)) _lines.Add(line);
    }
}
