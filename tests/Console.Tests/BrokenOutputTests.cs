using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Console;

namespace PlantRuntime.Console.Tests;

public sealed class BrokenOutputTests
{
    private readonly PluginContext _context =
        new("screen", "press-hall", Path.GetTempPath(), new ManualTimeProvider(), new CapturingPluginLog());

    [Fact]
    public async Task An_output_that_fails_is_an_ordinary_failure_and_may_come_back()
    {
        var writer = new FailingWriter { Failure = new IOException("No space left on device") };
        await using var sink = new ConsolePlugin(writer).Open(new ConsoleOptions(), _context);
        await sink.ConnectAsync(default);
        await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));

        writer.Failure = null;
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal("08:00:00.123 press  n=0\n", writer.Written.ToString());
    }

    [Fact]
    public async Task A_closed_output_is_no_connection()
    {
        var writer = new FailingWriter { Failure = new ObjectDisposedException("writer") };
        await using var sink = new ConsolePlugin(writer).Open(new ConsoleOptions(), _context);
        await sink.ConnectAsync(default);

        await Assert.ThrowsAsync<NotConnectedException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));
    }

    private sealed class FailingWriter : TextWriter
    {
        public Exception? Failure { get; set; }

        public StringBuilder Written { get; } = new();

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char[] buffer, int index, int count)
        {
            if (Failure is not null) throw Failure;
            Written.Append(buffer, index, count);
        }
    }
}
