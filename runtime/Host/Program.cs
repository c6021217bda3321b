using System.CommandLine;
using PlantRuntime.Host.Cli;

// `run` takes signals itself: it drains what is waiting and ends in order, which may need longer than the parser would grant.
var configuration = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await PlantCommand.Make().Parse(args).InvokeAsync(configuration).ConfigureAwait(false);
