using System.Diagnostics;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>
/// The files of the packages, checked by the programs that use them, without a package; <c>tests/run-packages</c> builds and installs one.
/// </summary>
[Trait("Needs", "Server")]
public sealed partial class PackagingTests
{
    private static readonly string s_files = Path.Combine(SiteFolder.Root, "scripts", "packaging");

    [SkippableFact]
    public async Task Systemd_accepts_the_unit_and_rates_its_exposure_at_most_2()
    {
        using var folder = new TemporaryFolder();
        var unit = folder.Of("plantruntime@hall.service");
        var text = await File.ReadAllTextAsync(Path.Combine(s_files, "debian", "plantruntime@.service"));

        // The program and the documentation are there only where the package is installed.
        text = text.Replace("/usr/lib/plantruntime/plant", "/bin/true", StringComparison.Ordinal);
        await File.WriteAllTextAsync(unit, text);
        Assert.Equal("", await RunAsync("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit));
        var rating = await RunAsync("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit);
        Assert.Matches(@"Overall exposure level for plantruntime@hall.service: [01]\.\d|: 2\.0", rating);
    }

    [SkippableFact]
    public async Task Shell_scripts_have_no_warnings()
    {
        var debian = Path.Combine(s_files, "debian");
        string[] scripts = [.. new[] { "scripts/package", "tests/run-packages", "tests/quick-start" }
            .Select(name => Path.Combine(SiteFolder.Root, name))];
        string[] installed = ["plant", "postinst", "prerm", "postrm"];
        Assert.Equal("", await RunAsync("shellcheck", [.. scripts, .. installed.Select(name => Path.Combine(debian, name))]));
    }

    [SkippableFact]
    public async Task The_unit_the_compose_file_and_the_documentation_name_the_same_folders()
    {
        var compose = Path.Combine(s_files, "container", "compose.yaml");
        var parsed = await RunAsync("python3", "-c",
            "import sys, yaml; s = yaml.safe_load(open(sys.argv[1]))['services']['site']; print(s['read_only'], *s['volumes'])", compose);
        Assert.Equal("True ./site:/etc/plantruntime/sites/site:ro data:/var/lib/plantruntime logs:/var/log/plantruntime", parsed.Trim());
        var container = await File.ReadAllTextAsync(Path.Combine(s_files, "container", "Containerfile"));
        Assert.Contains("VOLUME [\"/var/lib/plantruntime\", \"/var/log/plantruntime\"]", container, StringComparison.Ordinal);
        Assert.Contains("CMD [\"run\", \"/etc/plantruntime/sites/site\"", container, StringComparison.Ordinal);
        var unit = await File.ReadAllTextAsync(Path.Combine(s_files, "debian", "plantruntime@.service"));
        Assert.Contains("plant run /etc/plantruntime/sites/%i", unit, StringComparison.Ordinal);
        foreach (var folder in new[] { "StateDirectory", "LogsDirectory" })
            Assert.Contains($"\n{folder}=plantruntime plantruntime/%i\n", unit, StringComparison.Ordinal);
        var exitCode = ExitCode().Match(await File.ReadAllTextAsync(
            Path.Combine(SiteFolder.Root, "runtime", "Host", "Cli", "RunCommand.cs"))).Groups[1].Value;
        Assert.Contains($"\nRestartPreventExitStatus={exitCode}\n", unit, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"int ConfigurationError = (\d+);")]
    private static partial Regex ExitCode();

    /// <summary>Returns the output of a program that must end without an error; skips the test if the program is missing.</summary>
    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var found = Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(f => File.Exists(Path.Combine(f, program)));
        Skip.IfNot(found, $"{program} is not installed");
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        var output = await process.StandardOutput.ReadToEndAsync(patience.Token) + await errors;
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
