using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Starts Debian's mosquitto.</summary>
internal static class Mosquitto
{
    // A slow subscriber of a test must not lose messages to the broker's own limits.
    private static readonly string[] s_always = ["max_queued_messages 0", "persistence false"];

    /// <param name="lines">Of mosquitto.conf, behind the listener.</param>
    public static async Task<PeerProcess> StartAsync(params string[] lines)
    {
        SkipIfMissing("mosquitto", "mosquitto_sub", "mosquitto_pub");
        return await PeerProcess.StartAsync("python3", "mosquitto_broker.py", JsonSerializer.Serialize(s_always.Concat(lines)));
    }

    public static Task<PeerProcess> StartOpenAsync(params string[] lines) => StartAsync(["allow_anonymous true", .. lines]);

    public static void SkipIfMissing(params string[] programs)
    {
        foreach (var program in programs)
            Skip.IfNot(IsInstalled(program), $"no {program} here: install Debian's packages mosquitto and mosquitto-clients");
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(f => File.Exists(Path.Combine(f, program)));
}
