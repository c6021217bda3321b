using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.WindowsServices;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Runs the program as a service of Windows: reports start and end to the service manager, and turns its stop into that of a signal. Used
/// by <c>Program.cs</c>, once per process. A service begins in the folder of the system, so site folders on its command line are absolute.
/// </summary>
internal static class WindowsService
{
    /// <summary>Longer than the five seconds in which a host delivers what waits.</summary>
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(20);

    /// <summary>True if the service manager of Windows started this process.</summary>
    public static bool IsActive => OperatingSystem.IsWindows() && WindowsServiceHelpers.IsWindowsService();

    /// <summary>Runs a command and returns its exit code; the service is running as soon as the command has begun.</summary>
    public static async Task<int> RunAsync(Func<Task<int>> command)
    {
        var exitCode = 1;
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddWindowsService();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = s_stopTimeout);
        builder.Services.AddSingleton<IHostedService>(services => new CommandService(async () =>
        {
            exitCode = await command().ConfigureAwait(false);

            // The service manager restarts a service that ends with an error, if its recovery options say so.
            Environment.ExitCode = exitCode;
            services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        }));
        using var host = builder.Build();
        await host.RunAsync().ConfigureAwait(false);
        return exitCode;
    }

    /// <summary>Runs the command in the background, from the start of the service to its stop.</summary>
    private sealed class CommandService(Func<Task> command) : IHostedService
    {
        private Task _running = Task.CompletedTask;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            _running = Task.Run(command, CancellationToken.None);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            ShutdownSignals.Stop();
            return _running.WaitAsync(cancellationToken);
        }
    }
}
