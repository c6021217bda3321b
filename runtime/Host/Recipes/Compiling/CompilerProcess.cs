using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PlantRuntime.Compiler;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>The child process: started when it is needed, gone when it was idle for a minute. One request at a time.</summary>
internal sealed class CompilerProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _errors = new();

    private CompilerProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
    }

    public static string Program => Path.Combine(AppContext.BaseDirectory, "compiler", "plant-compiler.dll");

    public static CompilerProcess Start()
    {
        if (!File.Exists(Program)) throw new IOException($"the compiler is missing: {Program}");
        var start = new ProcessStartInfo { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        if (Dotnet() is { } dotnet)
        {
            start.FileName = dotnet;
            start.ArgumentList.Add(Program);
        }
        else
        {
            // Published with its own runtime: then so is the compiler.
            start.FileName = Path.ChangeExtension(Program, OperatingSystem.IsWindows() ? ".exe" : null);
        }

        start.Environment["DOTNET_TieredPGO"] = "0";
        return new CompilerProcess(System.Diagnostics.Process.Start(start)!);
    }

    /// <exception cref="IOException">The process ended, or its answer makes no sense.</exception>
    public async Task<CompileReply> AskAsync(CompileRequest request, CancellationToken cancel)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(request, ProtocolJson.Default.CompileRequest).AsMemory(), cancel).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancel).ConfigureAwait(false);
        var line = await _process.StandardOutput.ReadLineAsync(cancel).ConfigureAwait(false) ?? throw new IOException($"the compiler ended: {_errors.ToString().Trim()}");
        return JsonSerializer.Deserialize(line, ProtocolJson.Default.CompileReply) ?? throw new IOException("the compiler answered nothing");
    }

    public void Dispose()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has left by itself.
        }

        _process.Dispose();
    }

    /// <summary>The program that runs this process's own framework; null when the framework came with the host.</summary>
    private static string? Dotnet()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var path = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(path) ? path : null;
    }
}
