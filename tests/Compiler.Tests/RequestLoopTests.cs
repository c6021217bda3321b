extern alias compiler;
using compiler::PlantRuntime.Compiler;

namespace PlantRuntime.Compiler.Tests;

public sealed class RequestLoopTests
{
    private static readonly Func<CompileRequest, CompileReply> s_echo = request => new CompileReply(request.Id, "a.dll", null, [], []);

    [Fact]
    public async Task Each_line_is_answered_and_the_end_of_input_ends_it()
    {
        var input = new StringReader("""
            {"Id":7,"SiteFolder":"","Recipe":"","ScriptFolders":[],"Generated":"","References":[],"Imports":[],"Output":""}
            {"Id":8,"SiteFolder":"","Recipe":"","ScriptFolders":[],"Generated":"","References":[],"Imports":[],"Output":""}
            """);
        var output = new StringWriter { NewLine = "\n" };
        await new RequestLoop(input, output, s_echo, TimeSpan.FromSeconds(60), TimeProvider.System).RunAsync();
        Assert.Equal(["7", "8", ""], output.ToString().Split('\n').Select(line => new string([.. line.Where(char.IsDigit)])));
    }

    [Fact]
    public async Task Nobody_asking_for_a_while_ends_it()
    {
        using var silent = new SilentReader();
        var time = new ManualTime();
        var loop = new RequestLoop(silent, TextWriter.Null, s_echo, TimeSpan.FromSeconds(60), time).RunAsync();
        await time.Armed;
        Assert.False(loop.IsCompleted);
        time.RingAll();
        await loop;
    }

    /// <summary>Blocks like a pipe that nobody writes to, until it is let go.</summary>
    private sealed class SilentReader : TextReader
    {
        private readonly TaskCompletionSource<string?> _line = new();

        public override string? ReadLine() => _line.Task.GetAwaiter().GetResult();

        protected override void Dispose(bool disposing)
        {
            _line.TrySetResult(null);
            base.Dispose(disposing);
        }
    }
}
