using System.Text.Json;

namespace PlantRuntime.Compiler;

/// <summary>
/// Replies to each line of JSON with one line of JSON until the input ends or no request came for <paramref name="idleTimeout"/>. One
/// request at a time. The process runs one loop and then ends.
/// </summary>
internal sealed class RequestLoop(
    TextReader input, TextWriter output, Func<CompileRequest, CompileReply> compile, TimeSpan idleTimeout, TimeProvider time)
{
    /// <summary>Runs until the end. An invalid line ends the process with an exception, because only the host writes lines.</summary>
    public async Task RunAsync()
    {
        while (await NextAsync().ConfigureAwait(false) is { } line)
        {
            var request = JsonSerializer.Deserialize(line, MessageJson.Default.CompileRequest)!;
            await output.WriteLineAsync(JsonSerializer.Serialize(Answer(request), MessageJson.Default.CompileReply)).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
        }
    }

    private CompileReply Answer(CompileRequest request)
    {
        try
        {
            return compile(request);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var unreadable = new CompileDiagnostic(request.Recipe, 0, 0, "PR0000", IsError: true, exception.Message);
            return new CompileReply(request.Id, null, null, [unreadable], []);
        }
    }

    /// <summary>Returns the next line; null at the end of the input or after the idle timeout.</summary>
    private async Task<string?> NextAsync()
    {
        try
        {
            // Reading a pipe blocks, so it runs on a thread of the pool, which does not keep the process alive.
            return await Task.Run(input.ReadLine).WaitAsync(idleTimeout, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
