using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().ToDictionary(static pair => (string)pair.Key, static pair => (string?)pair.Value ?? "", StringComparer.Ordinal);
var configuration = new ConfigurationBuilder(environment).ForceLocal(Environment.CurrentDirectory).Build();
var levels = LogLevels.Read(configuration, null);
await using var server = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.All, levels, services =>
    services.AddSingleton<ILoggerProvider>(new ConsoleLines(levels, Console.Out, Console.Error, TimeProvider.System, colours: false)));
await server.StartAsync(CancellationToken.None);
await Console.Out.WriteLineAsync($"Server Running: http://127.0.0.1:{server.Port}, Management server on port http://127.0.0.1:{server.ManagementPort}/health");
await server.WaitForShutdownAsync(CancellationToken.None);
return 0;
