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
        string[] command = Find(compiler);
        if (File.Exists(Nice)) command = [Nice, "-n", "10", .. command];
        return new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
    }

    /// <summary>
    /// The <c>dotnet</c> program of the framework that this process uses, with the compiler; shared/Microsoft.NETCore.App/version lies
    /// three folders below it. A package has a private framework without that program, and an executable beside plant-compiler.dll that
    /// was built for its system. In a build that executable is of no use: it is for the processor of the build machine, which this machine
    /// may not have.
    /// </summary>
    private static string[] Find(string compiler)
    {
        var ending = OperatingSystem.IsWindows() ? ".exe" : "";
        var framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var root = Path.GetFullPath(Path.Combine(framework, "..", "..", ".."));
        var dotnet = Path.Combine(root, "dotnet" + ending);
        if (File.Exists(dotnet)) return [dotnet, compiler];
        var program = Path.ChangeExtension(compiler, null) + ending;
        var isPackage = Path.GetDirectoryName(root) == Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        if (isPackage && File.Exists(program)) return [program];
        return [Path.GetFileName(Environment.ProcessPath) == "dotnet" + ending ? Environment.ProcessPath! : "dotnet" + ending, compiler];
    }
}
