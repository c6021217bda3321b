using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Runs a compiler process, which answers one request at a time over its standard input and output; the last 2000 characters of its
/// standard error are kept for messages. Owned by one RecipeCompiler, which asks under its lock; only Errors, IsAlive and ProcessorTime may
/// be read by other threads. It does not restart the process and has no timeout of its own.
/// </summary>
internal sealed class CompilerProcess : IAsyncDisposable
{
    private const int MaxErrors = 2000;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);
    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly Task _listening;
    private int _lastId;

    private CompilerProcess(Process process)
    {
        _process = process;
        _listening = ListenAsync();
    }

    public int Id => _process.Id;

    /// <summary>False when it has ended, which it may do at any moment.</summary>
    public bool IsAlive => !_process.HasExited;

    /// <summary>Processor time since it started; zero when it has ended.</summary>
    public TimeSpan ProcessorTime
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

    /// <summary>The last 2000 characters that it wrote to standard error.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString().Trim();
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
            throw new IOException($"the compiler does not start ({info.FileName}): {exception.Message}; it is tried again", exception);
        }
    }

    /// <returns>Null when it ended without an answer.</returns>
    public async Task<CompilerReply?> AskAsync(CompilerRequest request, CancellationToken cancel)
    {
        request = request with { Id = ++_lastId };
        try
        {
            var question = JsonSerializer.Serialize(request, CompilerJson.Default.CompilerRequest);
            await _process.StandardInput.WriteLineAsync(question.AsMemory(), cancel).ConfigureAwait(false);
            await _process.StandardInput.FlushAsync(cancel).ConfigureAwait(false);
            var line = await _process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false);
            var reply = line is null ? null : JsonSerializer.Deserialize(line, CompilerJson.Default.CompilerReply);
            return reply?.Id == request.Id ? reply : null;
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Kills the process, which has nothing to save, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // The process has ended already.
        }

        await _process.WaitForExitAsync().ConfigureAwait(false);
        await _listening.ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task ListenAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            lock (_errors)
            {
                _errors.AppendLine(line);
                if (_errors.Length > MaxErrors) _errors.Remove(0, _errors.Length - MaxErrors);
            }
        }
    }
}
