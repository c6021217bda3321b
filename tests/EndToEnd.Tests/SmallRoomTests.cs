using System.Diagnostics;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>A process that may open few files says what it needs, and never ends by an unhandled exception.</summary>
[Trait("Needs", "Process")]
public class SmallRoomTests
{
    [SkippableTheory]
    [InlineData(64, "run")]
    [InlineData(128, "run")]
    [InlineData(64, "check")]
    public async Task Few_files_are_named_with_the_number_that_is_needed(int files, string command)
    {
        Skip.IfNot(File.Exists("/usr/bin/prlimit"), "there is no prlimit");
        using var site = new SiteFolder();
        site.Write("recipes/line.csx", "Plant.line.Scans.Payload(s => s.Values).To(Sinks.lines);");
        var start = new ProcessStartInfo("prlimit",
            [$"--nofile={files}:{files}", "dotnet", Path.Combine(PlantProcess.Folder, "plant.dll"), command, site.Path])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal((1, ""), (process.ExitCode, await output));
        Assert.StartsWith($"plant may open {files} files, and this site needs ", errors, StringComparison.Ordinal);
        Assert.Contains("ulimit -n 1024", errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_check_names_odd_files_and_ends()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are made with mkfifo");
        using var site = new SiteFolder();
        site.Write("recipes/line.csx", "Plant.line.Scans.Payload(s => s.Values).To(Sinks.lines);");
        using (var process = Process.Start("mkfifo", site.At("recipes/pipe.csx"))) await process.WaitForExitAsync();
        Directory.CreateDirectory(site.At("recipes/folder.csx"));
        File.CreateSymbolicLink(site.At("recipes/dangling.csx"), "nowhere");
        Directory.CreateSymbolicLink(site.At("recipes/loop"), ".");
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0, output);
        foreach (var expected in new[] { "1 recipe: all well", "recipes/pipe.csx: warning: it is a pipe",
            "recipes/folder.csx: warning: it is a folder",
            "recipes/dangling.csx: warning: it is a link to nowhere",
            "recipes/loop: warning: it is a link to a folder that is read already" })
            Assert.Contains(expected, output, StringComparison.Ordinal);
    }
}
