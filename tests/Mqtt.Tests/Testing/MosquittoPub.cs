using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Debian's <c>mosquitto_pub</c>.</summary>
internal static class MosquittoPub
{
    /// <summary>Publishes one message, and returns when the broker has it.</summary>
    public static async Task PublishAsync(int port, string topic, string payload, params string[] more)
    {
        using var process = Start(port, topic, [.. more, "-m", payload]);
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>Publishes a message a millisecond until it is killed.</summary>
    public static Process StartFeed(int port, string topic, string payload) =>
        Start(port, topic, ["-m", payload, "--repeat", "10000000", "--repeat-delay", "0.001"]);

    private static Process Start(int port, string topic, params string[] more)
    {
        var number = port.ToString(CultureInfo.InvariantCulture);
        return Process.Start("mosquitto_pub", ["-h", "127.0.0.1", "-p", number, "-q", "1", "-t", topic, .. more]);
    }
}
