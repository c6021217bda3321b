using System.Threading.Channels;

namespace PlantRuntime.Host.Cli.Watch;

/// <summary>
/// Reads keys of the terminal on a thread of its own, which lives until the process ends because a read cannot be cancelled. One reader per
/// process, started at its first use; the live table takes the keys.
/// </summary>
internal static class KeyReader
{
    private const int MaxWaiting = 256;
    private static readonly Lazy<ChannelReader<ConsoleKeyInfo>> s_keys = new(Start);

    /// <summary>The keys as they are pressed; completed when the terminal is gone.</summary>
    public static ChannelReader<ConsoleKeyInfo> Keys => s_keys.Value;

    private static ChannelReader<ConsoleKeyInfo> Start()
    {
        var keys = Channel.CreateBounded<ConsoleKeyInfo>(
            new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite });
        new Thread(() => Read(keys.Writer)) { IsBackground = true, Name = "keys" }.Start();
        return keys.Reader;
    }

    private static void Read(ChannelWriter<ConsoleKeyInfo> keys)
    {
        try
        {
            // At the end of the input an empty key is returned.
            while (Console.ReadKey(intercept: true) is var key && (key.Key != default || key.KeyChar != '\0')) keys.TryWrite(key);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException)
        {
            // The terminal is gone: the table goes on without keys.
        }

        keys.TryComplete();
    }
}
