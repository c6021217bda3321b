using System.Diagnostics;
using System.Text;
using System.Text.Json;
using PlantRuntime.Compiler.Protocol;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>A running compiler: one question at a time over its standard input and output.</summary>
internal sealed class CompilerProcess : IAsyncDisposable
{
    private const int ComplaintLength = 2000;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Process _process;
    private readonly StringBuilder _complaint = new();
    private readonly Task _listening;
    private int _lastId;

    private CompilerProcess(Process process)
    {
        _process = process;
        _listening = ListenAsync();
    }

    public int Id => _process.Id;

    /// <summary>True while a question makes sense; it may leave at any moment.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Processor time since it started; zero when it has left.</summary>
    public TimeSpan Worked
    {
        get
        {
            try
            {
                return _process.TotalProcessorTime;
            }
            catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                return TimeSpan.Zero;
            }
        }
    }

    /// <summary>The end of what it wrote to standard error.</summary>
    public string Complaint
    {
        get
        {
            lock (_complaint) return _complaint.ToString().Trim();
        }
    }

    /// <exception cref="IOException">There is no compiler, or it cannot be started.</exception>
    public static CompilerProcess Start(string compiler)
    {
        if (!File.Exists(compiler))
            throw new IOException($"the compiler is not at {compiler}: copy the whole plant folder, not parts of it");
        var info = CompilerLocation.StartInfo(compiler);
        info.StandardInputEncoding = info.StandardOutputEncoding = info.StandardErrorEncoding = s_utf8;
        try
        {
            return new CompilerProcess(Process.Start(info)!);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"the compiler does not start ({info.FileName}): {exception.Message}", exception);
        }
    }

    /// <returns>Null when it ended without an answer.</returns>
    public async Task<CompileReply?> AskAsync(CompileRequest request, CancellationToken cancel)
    {
        request = request with { Id = ++_lastId };
        try
        {
            var question = JsonSerializer.Serialize(request, ProtocolJson.Default.CompileRequest);
            await _process.StandardInput.WriteLineAsync(question.AsMemory(), cancel).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(cancel).ConfigureAwait(false);
            var line = await _process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false);
            var reply = line is null ? null : JsonSerializer.Deserialize(line, ProtocolJson.Default.CompileReply);
            return reply?.Id == request.Id ? reply : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Ends it at once: it has nothing to lose.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (_complaint)
            {
                _complaint.AppendLine(line);
                if (_complaint.Length > ComplaintLength) _complaint.Remove(0, _complaint.Length - ComplaintLength);
            }
        }
    }
}
