using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Runs Debian's <c>mosquitto_pub</c>.</summary>
internal static class MosquittoPub
{
    /// <summary>Publishes one message and returns when the broker has acknowledged it.</summary>
    public static async Task PublishAsync(int port, string topic, string payload, params string[] arguments)
    {
        using var process = Start(port, topic, [.. arguments, "-m", payload]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Publishes one message per millisecond until the process is killed.</summary>
    public static Process StartFeed(int port, string topic, string payload) =>
        Start(port, topic, ["-m", payload, "--repeat", "10000000", "--repeat-delay", "0.001"]);

    private static Process Start(int port, string topic, params string[] arguments)
    {
        var number = port.ToString(CultureInfo.InvariantCulture);
        return Process.Start("mosquitto_pub", ["-h", "127.0.0.1", "-p", number, "-q", "1", "-t", topic, .. arguments]);
    }
}
