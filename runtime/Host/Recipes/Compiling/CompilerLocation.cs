using System.Diagnostics;

namespace PlantRuntime.Host.Recipes.Compiling;

/// <summary>How the compiler is started: by the very runtime that runs the host, however the host was started.</summary>
internal static class CompilerLocation
{
    /// <summary>
    /// Names another compiler than the one beside the host; set in a runtimeconfig by programs that embed the host, tests above all.
    /// </summary>
    public const string Setting = "PlantRuntime.Compiler";

    /// <summary>plant-compiler.dll of this host.</summary>
    public static string Default =>
        AppContext.GetData(Setting) as string ?? Path.Combine(AppContext.BaseDirectory, "compiler", "plant-compiler.dll");

    // Of every Linux with coreutils or busybox. From within, only the calling thread would step back, not those that the runtime has by then.
    private const string Nice = "/usr/bin/nice";

    /// <summary>Scans come first, also while something is compiled: it runs at a lower priority where that can be had.</summary>
    public static ProcessStartInfo StartInfo(string compiler)
    {
        var isNice = File.Exists(Nice);
        var info = new ProcessStartInfo(isNice ? Nice : Runtime)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (isNice)
        {
            info.ArgumentList.Add("-n");
            info.ArgumentList.Add("10");
            info.ArgumentList.Add(Runtime);
        }

        info.ArgumentList.Add(compiler);
        return info;
    }

    /// <summary>
    /// <c>dotnet</c> of the framework that is loaded here (shared/Microsoft.NETCore.App/version lies three folders below it): the program
    /// beside the compiler is of the machine that built it, which may not be this one.
    /// </summary>
    private static string Runtime
    {
        get
        {
            var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
            var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
            var dotnet = Path.GetFullPath(Path.Combine(framework, "..", "..", "..", name));
            return File.Exists(dotnet) ? dotnet : Path.GetFileName(Environment.ProcessPath) == name ? Environment.ProcessPath! : name;
        }
    }
}
