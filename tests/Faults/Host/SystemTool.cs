namespace PlantRuntime.Faults.Host;

/// <summary>Runs programs that every Linux system has: chown, mkfifo, script. A test that runs only these needs no server.</summary>
internal static class SystemTool
{
    /// <inheritdoc cref="Tool.RunAsync"/>
    public static Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments) =>
        Tool.RunAsync(program, arguments);
}
