using System.Diagnostics;

namespace PlantRuntime.Engine.RecipeHost.Build;

/// <summary>
/// Finds the compiler and the command line that starts it with the same .NET runtime as the host. Stateless; any thread; starts nothing.
/// </summary>
internal static class CompilerLocation
{
    /// <summary>
    /// Key of a runtimeconfig property that names another compiler than the one beside the host; tests set it.
    /// </summary>
    public const string Setting = "PlantRuntime.Compiler";

    /// <summary>Path of this host's plant-compiler.dll.</summary>
    public static string Default =>
        AppContext.GetData(Setting) as string ?? Path.Combine(AppContext.BaseDirectory, "compiler", "plant-compiler.dll");

    // Part of coreutils and busybox. The compiler cannot lower its own priority: on Linux setpriority(2) applies to the calling thread, and
    // the runtime has started others by then.
    private const string Nice = "/usr/bin/nice";

    /// <summary>
    /// Returns the command line with redirected streams. The process runs at nice 10, below the host's threads, where the system has nice.
    /// </summary>
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
    /// Path of the <c>dotnet</c> program of the framework that this process uses; shared/Microsoft.NETCore.App/version lies three folders
    /// below it. The executable beside plant-compiler.dll is not used: it was built for the build machine's processor, which this machine
    /// may not have.
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
