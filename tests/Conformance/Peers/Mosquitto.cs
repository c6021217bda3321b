using System.Text.Json;

namespace PlantRuntime.Conformance.Peers;

/// <summary>Starts Debian's mosquitto.</summary>
public static class Mosquitto
{
    // The broker's limits must not drop messages of a slow subscriber.
    private static readonly string[] s_always = ["max_queued_messages 0", "persistence false"];

    /// <summary>Starts a broker; skips the test if mosquitto is not installed.</summary>
    /// <param name="lines">Lines for mosquitto.conf after the listener.</param>
    public static async Task<PeerProcess> StartAsync(params string[] lines)
    {
        SkipIfMissing("mosquitto", "mosquitto_sub", "mosquitto_pub");
        return await PeerProcess.StartAsync("python3", "mosquitto_broker.py", JsonSerializer.Serialize(s_always.Concat(lines)));
    }

    public static Task<PeerProcess> StartOpenAsync(params string[] lines) => StartAsync(["allow_anonymous true", .. lines]);

    public static void SkipIfMissing(params string[] programs)
    {
        foreach (var program in programs)
            Skip.IfNot(IsInstalled(program), $"no {program} here: install Debian's package of that name, or run tests/run");
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(f => File.Exists(Path.Combine(f, program)));
}

/// <summary>One broker for all tests of a class.</summary>
public sealed class MosquittoFixture : IAsyncLifetime
{
    private PeerProcess? _broker;

    public int Port => _broker!.Port;

    public async Task InitializeAsync() => _broker = await Mosquitto.StartOpenAsync();

    public async Task DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
    }
}
