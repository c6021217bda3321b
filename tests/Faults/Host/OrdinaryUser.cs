namespace PlantRuntime.Faults.Host;

/// <summary>Starts programs as an ordinary user: the user "nobody" if the scenario runs as root, otherwise the user that runs it.</summary>
internal static class OrdinaryUser
{
    private const string Nobody = "65534";

    /// <summary>The programs that lead to the user, for <see cref="PlantProcess.StartThrough"/>.</summary>
    public static IReadOnlyList<string> Launcher => Environment.IsPrivilegedProcess
        ? ["setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--", "env", "HOME=/tmp"]
        : [];

    /// <summary>Gives the user a folder with everything in it.</summary>
    public static async Task OwnAsync(string folder)
    {
        Skip.If(OperatingSystem.IsWindows(), "this operating system has no owners of files");
        if (!Environment.IsPrivilegedProcess) return;
        Tool.Require("setpriv");
        await SystemTool.RunAsync("chown", "-R", $"{Nobody}:{Nobody}", folder).ConfigureAwait(false);
    }
}
