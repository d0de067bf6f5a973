using System.Collections;
using System.Runtime.InteropServices;
using System.Text;
using Kestra.Cli.CommandLine;

using var interruption = new Interruption();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 2));
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 15));

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(static entry => (string)entry.Key, static entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
var colours = !environment.ContainsKey("NO_COLOR");
var isDumb = environment.GetValueOrDefault("TERM") is "dumb" or null;
using var output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true };
using var error = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
var terminal = new Terminal(Console.In, TextWriter.Synchronized(output), TextWriter.Synchronized(error))
{
    IsInteractive = !Console.IsOutputRedirected && !isDumb,
    OutputColours = colours && !Console.IsOutputRedirected && !isDumb,
    ErrorColours = colours && !Console.IsErrorRedirected && !isDumb,
};

return await new KestraProgram(new CliHost
{
    Terminal = terminal,
    Environment = environment,
    CurrentFolder = Environment.CurrentDirectory,
    HomeFolder = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
    Time = TimeProvider.System,
    Interruption = interruption,
}).RunAsync(args);

void Stop(PosixSignalContext context, int signal)
{
    // The second request does not wait: the system ends the program.
    context.Cancel = interruption.Request(signal);
}
