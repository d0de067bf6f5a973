using System.Diagnostics.Metrics;

namespace Kestra.Hosting.Telemetry;

/// <summary>Keeps the values of all instruments whose meter's name begins with <c>Kestra</c>, for the metric endpoints.</summary>
public sealed class MetricCollector : IDisposable
{
    /// <summary>Different sets of tags that one instrument may have; further ones are counted together, so that memory stays bounded.</summary>
    private const int SeriesLimit = 2_000;

    private readonly MeterListener listener = new();
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, InstrumentValues> instruments = new(StringComparer.Ordinal);

    public MetricCollector()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name.StartsWith("Kestra", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    /// <summary>Asks the observed instruments and returns a copy of everything, by name of the instrument.</summary>
    public IReadOnlyList<MetricSeries> Collect()
    {
        listener.RecordObservableInstruments();
        lock (gate)
        {
            return [.. instruments.Values.SelectMany(values => values.Copy())];
        }
    }

    /// <summary>The same, of the instruments alone whose names begin so.</summary>
    public IReadOnlyList<MetricSeries> Collect(string beginning)
    {
        listener.RecordObservableInstruments();
        lock (gate)
        {
            return [.. instruments.Where(entry => entry.Key.StartsWith(beginning, StringComparison.Ordinal)).SelectMany(static entry => entry.Value.Copy())];
        }
    }

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (gate)
        {
            if (!instruments.TryGetValue(instrument.Name, out var values))
            {
                instruments[instrument.Name] = values = new InstrumentValues(instrument.Name, instrument.Description ?? "", KindOf(instrument));
            }

            values.Add(tags, value);
        }
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition == typeof(Counter<>) ? MetricKind.Counter
            : definition == typeof(ObservableCounter<>) ? MetricKind.ObservedCounter
            : definition == typeof(Histogram<>) ? MetricKind.Timer
            : definition == typeof(UpDownCounter<>) ? MetricKind.UpDown
            : MetricKind.Gauge;
    }

    private sealed class InstrumentValues(string name, string description, MetricKind kind)
    {
        private readonly Dictionary<string, Series> series = new(StringComparer.Ordinal);

        // An instrument is recorded with its tags in the same order each time, so almost always the key as given is known.
        private readonly Dictionary<string, Series> asGiven = new(StringComparer.Ordinal);
        private readonly System.Text.StringBuilder text = new();

        public void Add(ReadOnlySpan<KeyValuePair<string, object?>> tags, double value)
        {
            text.Clear();
            foreach (var (key, tag) in tags)
            {
                text.Append(key).Append('\u0002').Append(tag).Append('\u0001');
            }

            Span<char> given = text.Length <= 512 ? stackalloc char[text.Length] : new char[text.Length];
            text.CopyTo(0, given, text.Length);
            var lookup = asGiven.GetAlternateLookup<ReadOnlySpan<char>>();
            if (!lookup.TryGetValue(given, out var found))
            {
                found = Find(tags);
                if (asGiven.Count < SeriesLimit)
                {
                    lookup[given] = found;
                }
            }

            found.Count++;
            found.Maximum = Math.Max(found.Maximum, value);
            found.Value = kind is MetricKind.Gauge or MetricKind.ObservedCounter ? value : found.Value + value;
        }

        private Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, tag) in tags)
            {
                labels[name] = tag?.ToString() ?? "";
            }

            var key = string.Join('\u0001', labels.Select(label => label.Key + '\u0002' + label.Value));
            if (!series.TryGetValue(key, out var found) && series.Count >= SeriesLimit)
            {
                (key, labels) = ("", []);
            }

            return found ?? (series.TryGetValue(key, out found) ? found : series[key] = new Series(labels));
        }

        public IEnumerable<MetricSeries> Copy() =>
            series.Values.Select(value => new MetricSeries(name, description, kind, value.Labels, value.Value, value.Count, value.Maximum));
    }

    private sealed class Series(IReadOnlyDictionary<string, string> labels)
    {
        public IReadOnlyDictionary<string, string> Labels { get; } = labels;
        public double Value { get; set; }
        public long Count { get; set; }
        public double Maximum { get; set; }
    }
}

public enum MetricKind
{
    Counter,
    ObservedCounter,
    UpDown,
    Gauge,

    /// <summary>Durations in seconds: count, sum and maximum.</summary>
    Timer,
}

/// <summary>One instrument with one set of tags.</summary>
/// <param name="Name">Name in dots: <c>worker.job.pending</c>.</param>
/// <param name="Value">The sum, or the last value of a gauge.</param>
/// <param name="Count">How often it was recorded.</param>
public sealed record MetricSeries(string Name, string Description, MetricKind Kind, IReadOnlyDictionary<string, string> Tags, double Value, long Count, double Maximum);
