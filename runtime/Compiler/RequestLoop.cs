using System.Text.Json;
using PlantRuntime.Compiler.Protocol;

namespace PlantRuntime.Compiler;

/// <summary>Answers one line of JSON with one line of JSON, until the input ends or nobody asked for a while.</summary>
internal sealed class RequestLoop(
    TextReader input, TextWriter output, Func<CompileRequest, CompileReply> compile, TimeSpan patience, TimeProvider time)
{
    public async Task RunAsync()
    {
        while (await NextAsync().ConfigureAwait(false) is { } line)
        {
            var request = JsonSerializer.Deserialize(line, ProtocolJson.Default.CompileRequest)!;
            await output.WriteLineAsync(JsonSerializer.Serialize(Answer(request), ProtocolJson.Default.CompileReply)).ConfigureAwait(false);
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

    /// <summary>The next line; null at the end of the input or of the patience.</summary>
    private async Task<string?> NextAsync()
    {
        try
        {
            // A pipe's read blocks: it waits on a thread of its own, which does not hold the process back when it leaves.
            return await Task.Run(input.ReadLine).WaitAsync(patience, time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
