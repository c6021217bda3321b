using PlantRuntime.Host.Cli;

return await PlantCommand.Make().Parse(args).InvokeAsync().ConfigureAwait(false);
