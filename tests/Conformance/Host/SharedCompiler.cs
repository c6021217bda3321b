using System.Diagnostics;
using System.IO.Pipes;
using System.Reflection;
using System.Text;

namespace PlantRuntime.Conformance.Host;

/// <summary>
/// Shares one running plant-compiler among the tests of a process. A compiler that starts needs seconds of processor time, one that has
/// compiled before a fraction of one. Hosts under test start the relay at <see cref="Path"/> in place of the compiler; the tests of the
/// compiler's own life start the compiler itself.
/// </summary>
public static class SharedCompiler
{
    private const string Variable = "PLANT_TEST_COMPILER";
    private static readonly SemaphoreSlim s_one = new(1, 1);
    private static readonly Lazy<string> s_relay = new(Start);
    private static Process? s_compiler;

    /// <summary>Path of the relay. The first call makes this process listen for it.</summary>
    public static string Path => s_relay.Value;

    private static string Start()
    {
        var name = $"plant-compiler-{Guid.NewGuid():N}";

        // Inherited by the hosts that tests start, and by their relays.
        Environment.SetEnvironmentVariable(Variable, name);
        _ = Task.Run(() => ListenAsync(name));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => s_compiler?.Kill();
        return typeof(SharedCompiler).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(a => a.Key == "CompilerRelay").Value!;
    }

    private static async Task ListenAsync(string name)
    {
        while (true)
        {
            var pipe = new NamedPipeServerStream(
                name, PipeDirection.InOut, NamedPipeServerStream.MaxAllowedServerInstances, PipeTransmissionMode.Byte,
                PipeOptions.Asynchronous);

            // Hosts of another user start the relay, too.
            var socket = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"CoreFxPipe_{name}");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(socket, (UnixFileMode)0b110_110_110);
            await pipe.WaitForConnectionAsync();
            _ = Task.Run(() => ServeAsync(pipe));
        }
    }

    private static async Task ServeAsync(NamedPipeServerStream pipe)
    {
        await using (pipe)
        {
            using var requests = new StreamReader(pipe, leaveOpen: true);
            try
            {
                while (await requests.ReadLineAsync() is { } request)
                {
                    var reply = Encoding.UTF8.GetBytes(await AskAsync(request) + "\n");
                    await pipe.WriteAsync(reply);
                }
            }
            catch (IOException)
            {
                // The host ended its relay.
            }
        }
    }

    private static async Task<string> AskAsync(string request)
    {
        await s_one.WaitAsync();
        try
        {
            for (var i = 0; i < 2; i++)
            {
                var compiler = s_compiler ??= StartCompiler();
                try
                {
                    await compiler.StandardInput.WriteLineAsync(request);
                    await compiler.StandardInput.FlushAsync();
                    if (await compiler.StandardOutput.ReadLineAsync() is { } reply) return reply;
                }
                catch (IOException)
                {
                    // It ends by itself when it is idle for a minute.
                }

                s_compiler = null;
                compiler.Dispose();
            }

            throw new IOException("the shared compiler ended without an answer");
        }
        finally
        {
            s_one.Release();
        }
    }

    private static Process StartCompiler()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return Process.Start(new ProcessStartInfo("dotnet", [System.IO.Path.Combine(PlantProcess.Folder, "compiler", "plant-compiler.dll")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = utf8,
            StandardOutputEncoding = utf8,
        })!;
    }
}
