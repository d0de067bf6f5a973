using System.Globalization;
using Kestra.Load.Workloads;

namespace Kestra.Load;

/// <summary>What the command line asks for.</summary>
internal sealed record LoadOptions
{
    public required string Program { get; init; }
    public IReadOnlyCollection<string> Workloads { get; init; } = [.. Measurements.Names.Where(static name => name != "soak")];

    /// <summary>Length of each run.</summary>
    public double Seconds { get; init; } = 10;

    /// <summary>Executions a minute; null searches for the highest that holds.</summary>
    public double? Rate { get; init; }

    /// <summary>Where the search begins, executions a minute.</summary>
    public double StartRate { get; init; } = 20_000;

    /// <summary>Executions in the database whose pages are listed.</summary>
    public int Rows { get; init; } = 1_000_000;

    /// <summary>Flows that are stored when the start is measured.</summary>
    public int FlowCount { get; init; } = 10_000;

    /// <summary>Length of the soak; the rest of the run is not longer for it.</summary>
    public double SoakSeconds { get; init; } = 60;

    /// <summary>The embedded database, or PostgreSQL.</summary>
    public bool Postgres { get; init; }

    /// <summary>A server to use instead of one of the run's own, as a connection string.</summary>
    public string? PostgresUrl { get; init; }

    /// <summary>Schedules that are loaded; a multiple of 1,000.</summary>
    public int Schedules { get; init; } = 100_000;

    /// <summary>Folder for the databases of the run; a RAM disk would hide what a commit costs.</summary>
    public string Folder { get; init; } = Path.Combine(Environment.CurrentDirectory, "bench", "out");

    /// <summary>File that gets the table besides standard output.</summary>
    public string? ReportFile { get; init; }

    public static string Help { get; } = $"""
        bench/run [WORKLOAD...] [OPTION...]
        Workloads: {string.Join(' ', Measurements.Names)} (default: all but soak)
          --database NAME  sqlite (default) or postgres: a server of its own, with every commit on the disk
          --postgres URL   a connection string of a PostgreSQL server on this machine to use instead; its role must be able to create databases
          --seconds N      length of each run (10)
          --rate N         executions a minute; without it the highest rate with p99 < 250 ms is searched for
          --start-rate N   where the search begins (20000)
          --rows N         executions that the lists are taken from (1000000)
          --schedules N    schedules that are loaded (100000)
          --flows N        flows that are stored when the start is measured (10000)
          --soak N         length of the soak in seconds (60)
          --folder DIR     where the databases of the run are (bench/out)
          --report FILE    write the table there too
        """;

    /// <returns>Null when the help was asked for.</returns>
    public static LoadOptions? Parse(string[] arguments)
    {
        var options = new LoadOptions { Program = "" };
        var workloads = new List<string>();
        for (var index = 0; index < arguments.Length; index++)
        {
            var argument = arguments[index];
            if (argument is "--help" or "-h")
            {
                return null;
            }

            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                workloads.Add(Measurements.Names.Contains(argument) ? argument : throw new FormatException($"There is no workload '{argument}'. There are: {string.Join(", ", Measurements.Names)}"));
                continue;
            }

            var value = index + 1 < arguments.Length ? arguments[++index] : throw new FormatException($"{argument} needs a value.");
            options = argument switch
            {
                "--program" => options with { Program = value },
                "--seconds" => options with { Seconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--rate" => options with { Rate = double.Parse(value, CultureInfo.InvariantCulture) },
                "--start-rate" => options with { StartRate = double.Parse(value, CultureInfo.InvariantCulture) },
                "--rows" => options with { Rows = int.Parse(value, CultureInfo.InvariantCulture) },
                "--schedules" => options with { Schedules = int.Parse(value, CultureInfo.InvariantCulture) },
                "--flows" => options with { FlowCount = int.Parse(value, CultureInfo.InvariantCulture) },
                "--soak" => options with { SoakSeconds = double.Parse(value, CultureInfo.InvariantCulture) },
                "--database" => options with { Postgres = value switch { "postgres" => true, "sqlite" => false, _ => throw new FormatException($"There is no database '{value}'; there are sqlite and postgres.") } },
                "--postgres" => options with { Postgres = true, PostgresUrl = value },
                "--folder" => options with { Folder = Path.GetFullPath(value) },
                "--report" => options with { ReportFile = value },
                _ => throw new FormatException($"There is no option {argument}."),
            };
        }

        return workloads.Count > 0 ? options with { Workloads = workloads } : options;
    }
}
