using System.CommandLine;
using System.Text;
using PlantRuntime.Host.Cli;

// Entry point of the program plant: parses the command line, runs one command and returns its exit code.

// A regular expression that backtracks without end would hold a recipe's thread for good, because it cannot be interrupted.
AppDomain.CurrentDomain.SetData("REGEX_DEFAULT_MATCH_TIMEOUT", TimeSpan.FromSeconds(1));

// Checked before anything else needs a file: with too few of them the runtime can load neither assemblies nor start threads.
if (ResourceFailure.WhyTooFewFiles(parts: 0) is { } shortage) return Fail(shortage);

// A signal that comes while `run` starts ends it in order, as later ones do; without a handler it would end the process with code 143.
if (args is ["run", ..]) ShutdownSignals.Register();

// `run` handles signals itself: it delivers waiting records before it ends, which may take longer than the parser would allow.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false };
try
{
    var parsed = PlantCommand.Create().Parse(args);
    if (CommandLineErrors.Describe(parsed) is { } errors) return Fail(string.Join('\n', errors));
    if (WindowsService.IsActive) return await WindowsService.RunAsync(() => parsed.InvokeAsync(configuration)).ConfigureAwait(false);
    return await parsed.InvokeAsync(configuration).ConfigureAwait(false);
}
catch (OperationCanceledException)
{
    return 1;
}
catch (Exception exception)
{
    return Fail(ResourceFailure.Describe(exception));
}

static int Fail(string reason)
{
    using var errors = StandardStreams.OpenError();
    errors.Write(Encoding.UTF8.GetBytes(reason + "\n"));
    return 1;
}
