namespace Kestra.Model.Flows.Reading;

/// <summary>Service levels and their rules (§7.5 of the model).</summary>
internal static class SlaReader
{
    public static SlaDefinition? Read(IReadOnlyDictionary<string, object?> raw, FaultPlace place, ReadingScope scope)
    {
        var name = raw.GetValueOrDefault("type") is { } written ? RawMap.TextOf(written) : null;
        if (name is null || !Constants.TryRead<SlaType>(name, out var type))
        {
            scope.Faults.Add(place.Fault(ShapeText.UnknownType(name), FaultKind.UnknownType, $"one of {string.Join(", ", Enum.GetNames<SlaType>())}"));
            return null;
        }

        var map = new RawMap(raw, place, ClassNames.SlaOf(type), scope);
        map.Value("type");
        var sla = new SlaDefinition(
            map.NonEmptyText("id"),
            type,
            map.Enum<SlaBehavior>("behavior", $"{ClassNames.Sla}$Behavior") ?? SlaBehavior.NONE,
            LabelReader.Read(map.Value("labels"), map.PlaceOf("labels"), scope.Faults),
            type == SlaType.MAX_DURATION ? map.Duration("duration") : null,
            type == SlaType.EXECUTION_ASSERTION ? map.NonEmptyText("assert") : null);
        if (raw.GetValueOrDefault("behavior") is null)
        {
            map.Broken("behavior", "must not be null");
        }

        if (type == SlaType.MAX_DURATION && raw.GetValueOrDefault("duration") is null or "")
        {
            map.Broken("duration", "must not be null");
        }

        LabelReader.RefuseSystem(sla.Labels, map.PlaceOf("labels").Path, scope.Faults);
        map.NoMore(ClassNames.SlaProperties(type));
        return sla;
    }
}
